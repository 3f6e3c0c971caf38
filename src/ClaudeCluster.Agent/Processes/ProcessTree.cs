using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ClaudeCluster.Agent;

/// <summary>
/// Finds and ends all processes of one child, also those that left it: a daemon that called <c>setsid</c> has another
/// session and another parent, but its environment still carries our mark. Linux only, where <c>/proc</c> shows it.
/// </summary>
/// <remarks>
/// Marks nest: <c>a/7</c> is one child of the attempt <c>a</c>, and killing <c>a</c> kills both. A program that clears its
/// environment is found only while its parent is one of the tree; against that a sandbox with its own process ids is the answer.
/// </remarks>
public static class ProcessTree
{
    /// <summary>The environment variable that holds the mark.</summary>
    public const string MarkName = "CLAUDE_CLUSTER_ATTEMPT";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    // A process in the middle of a disk operation dies only when that is over.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The living processes that carry the mark, and their children.</summary>
    public static IReadOnlyList<int> Find(string mark) => [.. FindLive(mark).Select(process => process.Id)];

    /// <summary>Asks the marked processes to end, kills those that are left after the grace period, and looks until none is left.</summary>
    /// <returns>False: something could not be killed.</returns>
    public static async Task<bool> KillMarkedAsync(string mark, TimeSpan grace, TimeProvider time)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        return await EndAsync(mark, Terminate, grace, once: true, time) || await EndAsync(mark, Kill, Patience, once: false, time);
    }

    private static async Task<bool> EndAsync(string mark, int signal, TimeSpan limit, bool once, TimeProvider time)
    {
        var start = time.GetTimestamp();
        var told = new HashSet<LiveProcess>();
        // Between its fork and its exec a process shows no environment, so only two looks without a find are none.
        for (var looksWithoutFind = 0; looksWithoutFind < 2; await Task.Delay(Look, time))
        {
            var processes = FindLive(mark);
            looksWithoutFind = processes.Count == 0 ? looksWithoutFind + 1 : 0;
            foreach (var process in processes.Where(process => told.Add(process) || !once))
                Send(signal, process);
            if (processes.Count > 0 && time.GetElapsedTime(start) >= limit)
                return false;
        }
        return true;
    }

    private static List<LiveProcess> FindLive(string mark)
    {
        if (!OperatingSystem.IsLinux())
            return [];
        var all = Directory.EnumerateDirectories("/proc").Select(LiveProcess.Read).OfType<LiveProcess>().ToList();
        var tree = all.Where(process => process.Carries(mark)).ToList();
        for (var next = 0; next < tree.Count; next++)
            tree.AddRange(all.Where(process => process.Parent == tree[next].Id && !tree.Contains(process)).ToList());
        return tree;
    }

    private static void Send(int signal, LiveProcess process)
    {
        // Its id may belong to a stranger by now; the start time tells them apart.
        if (process.Id != Environment.ProcessId && LiveProcess.Read($"/proc/{process.Id}") == process)
            _ = SendSignal(process.Id, signal);
    }

    private const int Terminate = 15;
    private const int Kill = 9;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

    /// <summary>A process that is no zombie. The same id with another start is another process.</summary>
    private sealed record LiveProcess(int Id, int Parent, string Start)
    {
        public static LiveProcess? Read(string folder)
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                return null;
            // "4711 (a name with ) in it) S 1 …": state, parent, and as the 22nd field the start.
            var stat = ReadText($"{folder}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields.Length > 19 && fields[0] is not ("Z" or "X")
                ? new LiveProcess(id, int.Parse(fields[1], CultureInfo.InvariantCulture), fields[19])
                : null;
        }

        public bool Carries(string mark)
        {
            var environment = $"\0{ReadText($"/proc/{Id}/environ")}\0";
            return environment.Contains($"\0{MarkName}={mark}\0", StringComparison.Ordinal)
                || environment.Contains($"\0{MarkName}={mark}/", StringComparison.Ordinal);
        }

        private static string ReadText(string file)
        {
            try
            {
                return Encoding.UTF8.GetString(File.ReadAllBytes(file));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return string.Empty;
            }
        }
    }
}
