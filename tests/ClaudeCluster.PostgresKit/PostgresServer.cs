using System.Diagnostics;
using System.Globalization;

namespace ClaudeCluster.PostgresKit;

/// <summary>
/// A real PostgreSQL server for tests and measurements, in a folder of its own, reached through a socket there. A shell owns it: it does
/// what it is told through its input, and when that ends, with this process however it ends, it stops the server and removes the folder.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    public const string HowToInstall = "PostgreSQL is not installed: run `apt-get install postgresql`.";

    private readonly Process _shell;

    private PostgresServer(string binaries, string parent)
    {
        var user = Environment.IsPrivilegedProcess ? "postgres" : Environment.UserName;
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("runuser", ["-u", user, "--", "sh", "-c", Script, "sh"])
            : new ProcessStartInfo("sh", ["-c", Script, "sh"]);
        start.ArgumentList.Add(binaries);
        start.ArgumentList.Add(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(parent);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.WorkingDirectory) = (true, true, "/");
        _shell = Process.Start(start)!;
        Folder = Answer();
    }

    public static bool IsInstalled => FindBinaries() is not null;

    /// <summary>Its socket, its log and its data.</summary>
    public string Folder { get; }

    public string ConnectionString => $"Host={Folder};Database=postgres;Username=cc";

    /// <param name="parent">Where its folder is made. Whom the server runs as must be able to write there, and a socket's path is short.</param>
    /// <exception cref="InvalidOperationException">It is not installed or does not start.</exception>
    public static PostgresServer StartNew(string parent = "/tmp") => new(FindBinaries() ?? throw new InvalidOperationException(HowToInstall), parent);

    /// <summary>kill -9 of the server and of all its processes, in the middle of whatever they do.</summary>
    public void Kill() => Tell("kill");

    /// <summary>Starts it again, with the recovery that it needs.</summary>
    public void Start() => Tell("start");

    /// <summary>As an administrator in a hurry would restart it.</summary>
    public void RestartAtOnce() => Tell("restart");

    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
    }

    private static string? FindBinaries() =>
        (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [])
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));

    private void Tell(string word)
    {
        _shell.StandardInput.WriteLine(word);
        _shell.StandardInput.Flush();
        Answer();
    }

    private string Answer() => _shell.StandardOutput.ReadLine() switch
    {
        null => throw new InvalidOperationException("PostgreSQL did not start, see its log above."),
        var line when line.StartsWith("failed", StringComparison.Ordinal) => throw new InvalidOperationException($"PostgreSQL: {line}"),
        var line => line,
    };

    // Folders are named after the process that they serve. One whose process is gone was left by a shell that was killed too.
    private const string Script = """
        bin=$1 owner=$2 parent=$3
        trap '' INT TERM HUP
        for old in "$parent"/claude-cluster-pg-*; do
          [ -d "$old" ] || continue
          pid=${old##*-pg-}; pid=${pid%%-*}
          [ -d "/proc/$pid" ] && continue
          "$bin/pg_ctl" -D "$old/data" -m immediate stop >/dev/null 2>&1
          rm -rf "$old" 2>/dev/null
        done
        folder=$(mktemp -d "$parent/claude-cluster-pg-$owner-XXXXXX") && chmod 755 "$folder" && mkdir -m 700 "$folder/data" || { echo "failed: it cannot make a folder in $parent"; exit 1; }
        data=$folder/data
        log() { echo "failed: $(tail -n 3 "$folder/log" | tr '\n' ' ')"; }
        start() {
          "$bin/pg_ctl" -D "$data" -w -l "$folder/log" -o "-k $folder -c listen_addresses= -c max_connections=200 -c log_min_messages=fatal" start >>"$folder/log" 2>&1 </dev/null
        }
        "$bin/initdb" -D "$data" -U cc --auth=trust -E UTF8 --locale=C --no-sync >"$folder/log" 2>&1 </dev/null || { log; exit 1; }
        printf 'local all asks_for_password scram-sha-256\nlocal all all trust\n' >"$data/pg_hba.conf"
        if start; then echo "$folder"; else log; fi
        while read -r word; do
          case $word in
            kill)
              main=$(head -n 1 "$data/postmaster.pid")
              kill -9 $(ps -o pid= --ppid "$main") "$main" 2>/dev/null
              while [ -d "/proc/$main" ]; do sleep 0.02; done
              echo done ;;
            start) if start; then echo done; else log; fi ;;
            restart) "$bin/pg_ctl" -D "$data" -m immediate stop >/dev/null 2>&1; if start; then echo done; else log; fi ;;
          esac
        done
        "$bin/pg_ctl" -D "$data" -m immediate stop >/dev/null 2>&1
        rm -rf "$folder"
        """;
}
