using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ClaudeCluster.Agent;

/// <summary>Runs one program and leaves nothing of it behind, however it ends.</summary>
public static class ChildProcess
{
    private static long _children;

    /// <summary>Runs the command to its end, to a limit, or to the token's cancellation (a result, not an exception).</summary>
    /// <exception cref="Exception">What a listener of a line threw, after the whole tree is dead.</exception>
    public static async Task<ChildResult> RunAsync(ChildCommand command, TimeProvider time, CancellationToken cancellationToken)
    {
        if (ProgramPath.Find(command.Program, command.Environment) is not null)
            command = await ControlGroup.AroundAsync(command, time);
        // Each child has its own mark below the attempt's, so that one child's end does not end another.
        var mark = string.Create(CultureInfo.InvariantCulture, $"{command.Mark}/{Interlocked.Increment(ref _children)}");
        using var process = new Process { StartInfo = Describe(command, mark) };
        var start = time.GetTimestamp();
        if (await StartAsync(process, command) is { } reason)
            return new ChildResult(ChildEnd.NotStarted, null, time.GetElapsedTime(start)) { Reason = reason };

        var heard = start;
        var (output, error, both) = (new OutputTail(command.TailBytes), new OutputTail(command.TailBytes), new OutputTail(command.TailBytes));
        void Heard() => Volatile.Write(ref heard, time.GetTimestamp());
        OutputPump[] pumps =
        [
            new(process.StandardOutput.BaseStream, [output, both], Heard, command.OnOutput),
            new(process.StandardError.BaseStream, [error, both], Heard, command.OnError),
        ];
        _ = GiveInputAsync(process, command.Input, command.Talk);

        using var ended = new CancellationTokenSource();
        var tooMuch = command.Resources is { } limits && OperatingSystem.IsLinux()
            ? TreeWatch.TooMuchAsync(mark, limits, time, ended.Token)
            : Task.FromException<string>(new OperationCanceledException());
        var end = await WaitForEndAsync(process, pumps, tooMuch, command, start, () => Volatile.Read(ref heard), time, cancellationToken);
        if (command.Talk is { } talk && (end is ChildEnd.Cancelled or ChildEnd.TimedOut or ChildEnd.Silent))
            await AskToEndAsync(process, talk, pumps, time);
        command.Talk?.Close();
        await ended.CancelAsync();
        if (end != ChildEnd.Exited || !command.LeavesNothing)
            await EndTreeAsync(process, mark, command.Grace, time);
        var duration = time.GetElapsedTime(start);
        await DrainAsync(pumps, command.Grace, time);
        return new ChildResult(end, process.HasExited ? process.ExitCode : null, duration)
        {
            Output = output.ToString(),
            Error = error.ToString(),
            Both = both.ToString(),
            IsOutputWhole = output.IsWhole,
            Reason = end == ChildEnd.OverLimit ? await tooMuch : null,
        };
    }

    private static ProcessStartInfo Describe(ChildCommand command, string mark)
    {
        var description = new ProcessStartInfo(command.Program)
        {
            WorkingDirectory = command.Folder,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in command.Arguments)
            description.ArgumentList.Add(argument);
        description.Environment.Clear();
        foreach (var (name, value) in command.Environment)
            description.Environment[name] = value;
        description.Environment[ProcessTree.MarkName] = mark;
        return description;
    }

    /// <returns>Why it could not be started; null if it runs.</returns>
    private static async Task<string?> StartAsync(Process process, ChildCommand command)
    {
        if (!Directory.Exists(command.Folder))
            return $"The folder {command.Folder} does not exist.";
        if (ProgramPath.Find(command.Program, command.Environment) is not { } program)
            return $"The program {command.Program} was not found.";
        process.StartInfo.FileName = program;
        try
        {
            await ProcessStarter.RunAsync(() => ProcessorAffinity.Within(command.Resources?.Processors, () => process.Start()));
            return null;
        }
        catch (Win32Exception failure)
        {
            return failure.Message;
        }
    }

    private static async Task GiveInputAsync(Process process, string? input, ChildTalk? talk)
    {
        try
        {
            await using var stdin = process.StandardInput;
            if (input is not null)
                await stdin.WriteAsync(input);
            if (talk is null)
                return;
            await stdin.FlushAsync();
            await stdin.WriteAsync(await talk.LastWord);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // A child need not read what it is given.
        }
    }

    private static async Task<ChildEnd> WaitForEndAsync(
        Process process, OutputPump[] pumps, Task<string> tooMuch, ChildCommand command, long start, Func<long> heard, TimeProvider time, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token);
        try
        {
            var exit = process.WaitForExitAsync(CancellationToken.None);
            var ended = pumps.Select(pump => pump.Ended).ToList();
            while (true)
            {
                if (exit.IsCompleted)
                    return ChildEnd.Exited;
                if (cancellationToken.IsCancellationRequested || ended.Any(pump => pump.IsFaulted))
                    return ChildEnd.Cancelled;
                if (tooMuch.IsCompletedSuccessfully)
                    return ChildEnd.OverLimit;
                var untilLimit = Left(command.WallTime, start, time);
                var untilSilent = Left(command.Silence, heard(), time);
                if (untilLimit <= TimeSpan.Zero)
                    return ChildEnd.TimedOut;
                if (untilSilent <= TimeSpan.Zero)
                    return ChildEnd.Silent;
                // A pump that ended well says nothing about the child's end.
                ended.RemoveAll(pump => pump.IsCompletedSuccessfully);
                var wait = untilLimit < untilSilent ? untilLimit : untilSilent;
                Task[] watched = tooMuch.IsCompleted ? [] : [tooMuch];
                await Task.WhenAny([exit, .. ended, .. watched, Task.Delay(wait == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : wait, time, stop.Token)]);
            }
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private static TimeSpan Left(TimeSpan? limit, long since, TimeProvider time) =>
        limit is { } most ? most - time.GetElapsedTime(since) : TimeSpan.MaxValue;

    /// <summary>The polite way first. Who does not hear, or hears and goes on, is signalled after it.</summary>
    private static async Task AskToEndAsync(Process process, ChildTalk talk, OutputPump[] pumps, TimeProvider time)
    {
        if (pumps.Any(pump => pump.Ended.IsFaulted) || !talk.TryAskToEnd())
            return;
        using var over = new CancellationTokenSource();
        await Task.WhenAny([process.WaitForExitAsync(CancellationToken.None), Task.Delay(talk.Patience, time, over.Token)]);
        await over.CancelAsync();
    }

    private static async Task EndTreeAsync(Process process, string mark, TimeSpan grace, TimeProvider time)
    {
        if (OperatingSystem.IsLinux())
            await ProcessTree.KillMarkedAsync(mark, grace, time);
        else
            process.Kill(entireProcessTree: true);
        // It is dead; now it is also known to be.
        await Task.WhenAny(process.WaitForExitAsync(CancellationToken.None), Task.Delay(grace, time));
    }

    /// <summary>Hears what the dead have said. A stranger that keeps the pipe open is not waited for.</summary>
    private static async Task DrainAsync(OutputPump[] pumps, TimeSpan grace, TimeProvider time)
    {
        var all = Task.WhenAll(pumps.Select(pump => pump.Ended));
        using var over = new CancellationTokenSource();
        await Task.WhenAny(all, Task.Delay(grace, time, over.Token));
        await over.CancelAsync();
        foreach (var pump in pumps)
            pump.Abandon();
        if (all.IsFaulted)
            await all;
    }
}
