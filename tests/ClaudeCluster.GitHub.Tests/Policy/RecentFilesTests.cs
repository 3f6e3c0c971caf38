namespace ClaudeCluster.GitHub.Tests;

public sealed class RecentFilesTests
{
    private static readonly RepositoryRef Shop = new(7, "octo/shop", "main", IsPublic: false);
    private readonly ManualClock _clock = new();
    private readonly Counted _files = new();

    [Fact]
    public async Task A_burst_of_readers_asks_once_and_after_a_while_it_is_asked_again()
    {
        var recent = new RecentFiles(_files, TimeSpan.FromSeconds(10), _clock);

        var burst = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => recent.ReadAsync(Shop, "a", default)));
        await recent.ReadAsync(Shop, "b", default);
        await recent.ReadAsync(Shop with { Id = 8 }, "a", default);
        Assert.Equal(3, _files.Asked);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await recent.ReadAsync(Shop, "a", default);

        Assert.Equal(4, _files.Asked);
        Assert.All(burst, file => Assert.Equal("1", file!.Text));
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        var recent = new RecentFiles(_files, TimeSpan.FromSeconds(10), _clock);
        _files.Fails = true;
        await Assert.ThrowsAsync<HttpRequestException>(() => recent.ReadAsync(Shop, "a", default));
        _files.Fails = false;

        Assert.Equal("2", (await recent.ReadAsync(Shop, "a", default))!.Text);
    }

    private sealed class Counted : IRepositoryFiles
    {
        public int Asked { get; private set; }

        public bool Fails { get; set; }

        public async Task<RepositoryFile?> ReadAsync(RepositoryRef repository, string path, CancellationToken cancellationToken)
        {
            var text = (++Asked).ToString(System.Globalization.CultureInfo.InvariantCulture);
            await Task.Yield();
            return Fails ? throw new HttpRequestException("away") : new RepositoryFile(text, new CommitId(new string('1', 40)));
        }
    }
}
