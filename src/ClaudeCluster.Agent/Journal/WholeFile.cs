namespace ClaudeCluster.Agent;

/// <summary>Files that are there whole or not at all, whenever the process or the machine dies, and that only their owner reads.</summary>
internal static class WholeFile
{
    public static async Task WriteAsync(string path, string text)
    {
        // Always the same name: what a crash leaves is overwritten by the next try.
        var unfinished = path + ".tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var stream = new FileStream(unfinished, options))
        await using (var writer = new StreamWriter(stream))
        {
            await writer.WriteAsync(text);
            await writer.FlushAsync();
            stream.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
    }
}
