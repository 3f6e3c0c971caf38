using System.Net;
using System.Net.Sockets;
using System.Text;
using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Agent.Tests;

/// <summary>The proxy alone, as the CLI speaks to it.</summary>
public sealed class ModelProxyTests : IAsyncDisposable
{
    private const string Key = ClaudeCli.Secret;

    private readonly HttpClient _client = new();
    private readonly ModelBudget _budget = new(1, TimeProvider.System);
    private ScriptedModelServer? _model;
    private ModelProxy? _proxy;

    [Fact]
    public async Task The_real_key_takes_the_place_of_the_token_and_all_else_stays()
    {
        await StartAsync(new ModelStep.Say("Hello."));

        using var answer = await AskAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("Hello.", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var request = Assert.Single(_model!.Requests);
        Assert.Equal("/v1/messages?beta=true", request.Path);
        Assert.Equal(Key, request.Headers["x-api-key"]);
        Assert.Equal("2023-06-01", request.Headers["anthropic-version"]);
        Assert.DoesNotContain(request.Headers.Values, value => value.Contains(_proxy!.Token, StringComparison.Ordinal));
        Assert.Equal("""{"stream":true,"model":"claude-sonnet-5-5"}""", request.Body);
    }

    [Theory]
    [InlineData("wrong-token", "/v1/messages", "POST", 401)]
    [InlineData("", "/v1/messages", "POST", 401)]
    [InlineData(null, "/v1/messages", "GET", 404)]
    [InlineData(null, "/v1/models", "POST", 404)]
    [InlineData(null, "/v1/messages/../files", "POST", 404)]
    [InlineData(null, "/v1/messages/batches", "POST", 404)]
    [InlineData(null, "/../other-attempt/v1/messages", "POST", 404)]
    public async Task Nothing_else_reaches_the_API(string? token, string path, string method, int status)
    {
        await StartAsync(new ModelStep.Say("Hello."));

        using var answer = await AskAsync(token, path, method);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains("\"type\":\"error\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(_model!.Requests);
    }

    [Fact]
    public async Task An_answer_is_passed_on_while_it_is_made()
    {
        await StartAsync(new ModelStep.Hang());
        using var request = Request();

        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        Assert.Equal("event: message_start", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_failure_of_the_API_comes_through_unchanged()
    {
        await StartAsync(new ModelStep.Error(529, "overloaded_error", "Overloaded") { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["request-id"] = "req_7", ["retry-after"] = "3600" } });

        using var answer = await AskAsync();

        Assert.Equal(529, (int)answer.StatusCode);
        Assert.Equal(("req_7", "3600"), (answer.Headers.GetValues("request-id").Single(), answer.Headers.GetValues("retry-after").Single()));
        Assert.Equal("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_scripted"}""", await answer.Content.ReadAsStringAsync());
        Assert.InRange(_budget.RetryAfter!.Value.TotalSeconds, 3590, 3600);
    }

    [Fact]
    public async Task A_connection_that_breaks_breaks_here_too()
    {
        await StartAsync(new ModelStep.Drop(), new ModelStep.Cut());

        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync());
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => AskAsync());
    }

    [Fact]
    public async Task When_the_budget_is_used_up_no_further_request_is_made()
    {
        // Sonnet: 10 dollars for a million of tokens out.
        await StartAsync(new ModelStep.Say("Hello.") { InputTokens = 0, OutputTokens = 60_000 });

        using var first = await AskAsync();
        using var second = await AskAsync();
        using var third = await AskAsync();

        Assert.Equal((200, 200, 402), ((int)first.StatusCode, (int)second.StatusCode, (int)third.StatusCode));
        Assert.Contains("budget of this attempt, 1 dollars, is used up", await third.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(2, _model!.Requests.Count);
        Assert.Equal((1.2m, true, 120_000L), (_budget.Usd, _budget.IsUsedUp, _budget.Tokens.Output));
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_refused_with_and_without_its_length()
    {
        await StartAsync(new ModelStep.Say("Hello."));
        foreach (var isChunked in (bool[])[false, true])
        {
            using var request = Request();
            request.Content = new ByteArrayContent(new byte[35 * 1024 * 1024]);
            request.Headers.TransferEncodingChunked = isChunked;
            try
            {
                using var answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
            }
            catch (HttpRequestException cut)
            {
                // The refusal came while the body was still being sent.
                Assert.IsType<IOException>(cut.InnerException, exactMatch: false);
            }
        }
        Assert.Empty(_model!.Requests);
    }

    [Fact]
    public async Task After_the_run_nothing_listens_there()
    {
        await StartAsync(new ModelStep.Say("Hello."));
        using (await AskAsync())
            await _proxy!.DisposeAsync();

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync());

        Assert.IsType<SocketException>(refused.InnerException);
    }

    [Fact]
    public void A_window_that_is_empty_says_when_to_ask_again_where_the_API_does_not()
    {
        var reset = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(3);
        _budget.Hear(429, name => name switch
        {
            "anthropic-ratelimit-tokens-remaining" => "0",
            "anthropic-ratelimit-tokens-reset" => reset.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
            "anthropic-ratelimit-requests-remaining" => "17",
            "anthropic-ratelimit-requests-reset" => (reset + TimeSpan.FromHours(1)).ToString("O", System.Globalization.CultureInfo.InvariantCulture),
            _ => null,
        });
        Assert.InRange(_budget.RetryAfter!.Value.TotalSeconds, 170, 180);
        _budget.Hear(200, _ => null);
        Assert.Null(_budget.RetryAfter);
    }

    [Fact]
    public void A_model_that_nobody_knows_costs_what_the_dearest_does()
    {
        var tokens = new TokenCount(1000, 100, 10_000, 500);
        Assert.Equal(ModelPrices.Cost("claude-opus-4-1-20250805", tokens), ModelPrices.Cost("something-new", tokens));
        Assert.Equal(((1000 + 200 + 1000) * 2m + (500 * 10m)) / 1_000_000m, ModelPrices.Cost("claude-sonnet-5-5", tokens));
    }

    [Fact]
    public void Tokens_are_counted_wherever_the_stream_is_cut_into_pieces()
    {
        const string stream = """
            event: message_start
            data: {"type":"message_start","message":{"model":"claude-haiku-5-5","usage":{"input_tokens":7,"cache_creation_input_tokens":5,"cache_read_input_tokens":3,"output_tokens":1}}}

            event: content_block_delta
            data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"a \"usage\":{\"output_tokens\":9999} that the model made up"}}

            event: message_delta
            data: {"type":"message_delta","delta":{},"usage":{"output_tokens":42}}

            data: {"usage": <garbage

            """;
        foreach (var size in (int[])[1, 5, 100, stream.Length])
        {
            var reader = new ModelUsageReader("asked", isStream: true);
            foreach (var piece in Encoding.UTF8.GetBytes(stream).Chunk(size))
                reader.Add(piece);
            reader.End();
            Assert.Equal(("claude-haiku-5-5", new TokenCount(7, 5, 3, 42)), (reader.Model, reader.Tokens));
        }
    }

    private async Task StartAsync(params ModelStep[] script)
    {
        _model = await ScriptedModelServer.StartAsync(script);
        _proxy = await ModelProxy.StartAsync("attempt-1", _model.Url, Key, _budget, TestContext.Current.CancellationToken);
    }

    private async Task<HttpResponseMessage> AskAsync(string? token = null, string path = "/v1/messages?beta=true", string method = "POST")
    {
        using var request = Request(token, path, method);
        return await _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private HttpRequestMessage Request(string? token = null, string path = "/v1/messages?beta=true", string method = "POST") => new(new HttpMethod(method), new Uri(_proxy!.Url.AbsoluteUri + path))
    {
        Headers = { { "x-api-key", token ?? _proxy.Token }, { "anthropic-version", "2023-06-01" } },
        Content = method == "GET" ? null : new StringContent("""{"stream":true,"model":"claude-sonnet-5-5"}""", Encoding.UTF8, "application/json"),
    };

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        if (_model is not null)
            await _model.DisposeAsync();
    }
}
