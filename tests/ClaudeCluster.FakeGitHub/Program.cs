using ClaudeCluster.FakeGitHub;

// A GitHub on loopback, until it is stopped: --folder FOLDER [--port N]. Prints its address as its first line; ControlApi.cs says how to set it up.
string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

if (Option("--folder") is not { } folder)
{
    Console.Error.WriteLine("usage: --folder FOLDER [--port N]   (FOLDER: for the repositories)");
    return 2;
}

await using var server = await FakeGitHubServer.StartAsync(folder, TimeProvider.System, int.Parse(Option("--port") ?? "0", System.Globalization.CultureInfo.InvariantCulture));
Console.WriteLine(server.Url.AbsoluteUri.TrimEnd('/'));
await server.WaitForEndAsync();
return 0;
