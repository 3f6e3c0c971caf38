namespace ClaudeCluster.Agent.Tests;

public sealed class RollingFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_long_file_is_put_aside_and_only_so_many_are_kept()
    {
        using (var file = new RollingFile(_folder["agent.log"], mostBytes: 20, files: 2, text => text))
        {
            for (var line = 0; line < 10; line++)
                file.WriteLine($"this is line {line} of it");
        }

        Assert.Equal(["agent.log.1", "agent.log.2"], Directory.GetFiles(_folder.Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.Equal("this is line 9 of it\n", File.ReadAllText(_folder["agent.log.1"]));
    }

    [Fact]
    public void Lines_that_were_lost_are_told_of_as_soon_as_there_is_room()
    {
        using (var file = new RollingFile(_folder["logs/agent.log"], 1000, 1, text => text))
        {
            _folder.Write("logs", "a file stands where the folder belongs");
            file.WriteLine("one");
            file.WriteLine("two");
            File.Delete(_folder["logs"]);
            file.WriteLine("three");
            file.WriteLine("four");
        }

        Assert.Matches(@"\A\(2 lines could not be written here: .+\)\nthree\nfour\n\z", File.ReadAllText(_folder["logs/agent.log"]));
    }

    [Fact]
    public void A_secret_is_gone_before_the_first_byte_is_written()
    {
        using (var file = new RollingFile(_folder["agent.log"], 1000, 1, new Redaction(["the-secret-of-this-pc"]).Apply))
            file.WriteLine("key=the-secret-of-this-pc");

        Assert.DoesNotContain("the-secret", File.ReadAllText(_folder["agent.log"]), StringComparison.Ordinal);
    }
}
