using ClaudeCluster.ScriptedModel;

// Plays a script to whoever asks, until it is stopped: --script FILE [--port N]. Prints its address as its first line.
string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

if (Option("--script") is not { } file)
{
    Console.Error.WriteLine("usage: --script FILE [--port N]   (FILE: a JSON list of steps, see ModelStep.cs)");
    return 2;
}

var script = ModelStep.ReadScript(File.ReadAllText(file));
await using var model = await ScriptedModelServer.StartAsync(script, int.Parse(Option("--port") ?? "0", System.Globalization.CultureInfo.InvariantCulture));
Console.WriteLine(model.Url.AbsoluteUri.TrimEnd('/'));
await model.WaitForEndAsync();
return 0;
