using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ClaudeCluster.Coordinator.Tests;

/// <summary>HTTP/1.1 and HTTP/2 in the clear on one port, whatever else arrives there.</summary>
public sealed class OnePortTests : IDisposable
{
    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();
    private static readonly byte[] EmptySettings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Both_protocols_are_answered_on_one_port(int major)
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(coordinator.App.Address, "/health")) { Version = new Version(major, major == 1 ? 1 : 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var answer = await coordinator.Client(null).SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, major), (answer.StatusCode, answer.Version.Major));
        Assert.Equal("""{"status":"healthy","coordinator":"online"}""", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_preface_that_comes_byte_by_byte_is_understood()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        using var client = await ConnectAsync(coordinator);

        foreach (var one in Preface.Concat(EmptySettings))
        {
            await client.GetStream().WriteAsync(new[] { one }, TestContext.Current.CancellationToken);
            await client.GetStream().FlushAsync(TestContext.Current.CancellationToken);
        }

        var answer = new byte[9];
        await client.GetStream().ReadExactlyAsync(answer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TestCoordinator.Patience);
        Assert.Equal(4, answer[3]); // A SETTINGS frame: the server speaks HTTP/2.
    }

    [Theory]
    [InlineData("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "200")]
    [InlineData("PRX /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "404")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\rX", "")]
    [InlineData("\u0016\u0003\u0001\u0002\r\n", "400")]
    [InlineData("rubbish\r\n\r\n", "400")]
    public async Task What_is_no_preface_is_for_HTTP_1_and_answered_or_closed(string bytes, string status)
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        using var client = await ConnectAsync(coordinator);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(bytes), TestContext.Current.CancellationToken);

        var answer = await new StreamReader(client.GetStream(), Encoding.Latin1).ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TestCoordinator.Patience);

        Assert.Contains(status, answer.Split('\n')[0], StringComparison.Ordinal);
        await IsHealthyAsync(coordinator);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PRI * HT")]
    public async Task A_connection_that_ends_before_it_said_what_it_speaks_is_closed(string bytes)
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        using var client = await ConnectAsync(coordinator);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(bytes), TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        client.Client.Shutdown(SocketShutdown.Send);

        Assert.True(await IsClosedAsync(stream));
        await IsHealthyAsync(coordinator);
    }

    [Fact]
    public async Task Two_hundred_silent_connections_are_closed_and_hold_up_nobody()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path, change: options => options with { Silence = TimeSpan.FromSeconds(2) });
        var silent = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => ConnectAsync(coordinator)));

        await IsHealthyAsync(coordinator);
        Assert.All(await Task.WhenAll(silent.Select(IsClosedAsync)), Assert.True);
        await IsHealthyAsync(coordinator);
        Array.ForEach(silent, client => client.Dispose());
    }

    [Fact]
    public async Task Only_so_many_may_be_silent_at_a_time_and_then_others_come_in_again()
    {
        await using var coordinator = await TestCoordinator.StartAsync(
            _folder.Path, change: options => options with { MostSilent = 5, Silence = TimeSpan.FromMinutes(5) });
        var silent = new List<TcpClient>();
        for (var i = 0; i < 5; i++)
            silent.Add(await ConnectAsync(coordinator));
        Assert.True(await IsTurnedAwayAsync(coordinator));

        silent.ForEach(client => client.Dispose());

        await TestCoordinator.UntilAsync(async () =>
        {
            try
            {
                await IsHealthyAsync(coordinator);
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task It_stops_while_connections_are_silent()
    {
        var coordinator = await TestCoordinator.StartAsync(_folder.Path, change: options => options with { Silence = TimeSpan.FromMinutes(5) });
        using var silent = await ConnectAsync(coordinator);

        await coordinator.DisposeAsync().AsTask().WaitAsync(TestCoordinator.Patience);

        Assert.True(await IsClosedAsync(silent));
    }

    private static async Task<bool> IsTurnedAwayAsync(TestCoordinator coordinator)
    {
        try
        {
            using var client = await ConnectAsync(coordinator);
            return await IsClosedAsync(client);
        }
        catch (SocketException)
        {
            return true; // So quickly that connecting did not come to its end.
        }
    }

    private static async Task<TcpClient> ConnectAsync(TestCoordinator coordinator)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, coordinator.App.Address.Port);
        return client;
    }

    private static async Task IsHealthyAsync(TestCoordinator coordinator)
    {
        using var client = new HttpClient { BaseAddress = coordinator.App.Address };
        Assert.Contains("healthy", await client.GetStringAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static Task<bool> IsClosedAsync(TcpClient client) => IsClosedAsync(client.GetStream());

    private static async Task<bool> IsClosedAsync(NetworkStream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().WaitAsync(TestCoordinator.Patience) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
