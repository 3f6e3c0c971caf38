using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Answers;
using ClaudeCluster.FakeGitHub.Calls;
using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.FakeGitHub.Webhooks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ClaudeCluster.FakeGitHub;

/// <summary>Who may call, what it costs, what goes wrong; the call itself is a <see cref="Route"/>'s.</summary>
internal sealed class ApiDoor(World world, Faults faults, RequestLog log, WebhookSender webhooks)
{
    private static readonly string[] KnownVersions = ["2022-11-28", "2026-03-10"];
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Shapes _shapes = new(world);

    public async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();

        // Not Path: it has %2F unescaped already.
        var path = http.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        var (route, values) = Find(http.Request.Method, path);
        var isGraphQl = path == "/graphql";
        var operation = isGraphQl ? $"GraphQL {Parse(body)?["operationName"]}" : route?.Operation;
        var fault = operation is null ? null : faults.Next(operation);
        var answer = fault is { } before ? Broken(before) : null;
        var counted = false;
        if (answer is null && fault is not Fault.ResetBeforeEffect)
        {
            lock (world.Gate)
                (answer, counted) = Answer(http.Request, route, values, isGraphQl, Parse(body));
        }

        var text = answer?.Body?.ToJsonString() ?? "";
        log.Add(new(
            http.Request.Method, path + http.Request.QueryString, operation,
            http.Request.Headers.Where(header => header.Key != "Authorization").ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body, fault is Fault.ResetBeforeEffect ? 0 : answer!.Status, text, counted)
        { WasSigned = http.Request.Headers.Authorization.Count > 0 });
        if (fault is Fault.ResetBeforeEffect or Fault.ResetAfterEffect)
            http.Abort();
        else
            await WriteAsync(http.Response, fault is Fault.BadGatewayAfterEffect ? Broken(Fault.BadGateway)! : answer!, fault);
        webhooks.Tell(world);
    }

    private (Answer Answer, bool IsCounted) Answer(HttpRequest request, Route? route, IReadOnlyDictionary<string, string> values, bool isGraphQl, JsonNode? body)
    {
        if (request.Headers.UserAgent.Count == 0)
            return (new(403, Shapes.Error(403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.")), false);
        if (request.Headers["X-GitHub-Api-Version"].FirstOrDefault() is { } version && !KnownVersions.Contains(version))
            return (new(400, Shapes.Error(400, $"{version} is not a valid version.")), false);
        if (TokenOf(request, out var problem) is not { } token)
            return (new(401, Shapes.Error(401, problem)), false);
        var resource = isGraphQl ? "graphql" : "core";
        if (route?.Permission != "app" && Renamed(values) is { } moved)
            return (moved, false);
        var answer = IsUsedUp(token, resource) ? LimitReached() : isGraphQl || route is null
            ? (isGraphQl ? GraphQlCalls.Answer(new(world, _shapes, token, values, request.Query, body)) : Calls.Answer.NotFound)
            : Permitted(route, new(world, _shapes, token, values, request.Query, body) { ApiVersion = request.Headers["X-GitHub-Api-Version"].ToString() });
        answer = Page(request, answer);
        var isCounted = !AddEtag(request, ref answer) && answer.Status != 403;
        Count(token, resource, isCounted, answer);
        return (answer, isCounted);
    }

    private Answer Permitted(Route route, Call call)
    {
        if (route.Permission == "app")
            return call.Token.Kind == TokenKind.App ? route.Answer(call) : new(401, Shapes.Error(401, "A JSON web token could not be decoded"));
        if (!call.Route.TryGetValue("owner", out var owner))
            return call.Token.Kind == TokenKind.App ? new(403, Shapes.Error(403, "Resource not accessible by integration")) : route.Answer(call);

        // What a token may not see does not exist.
        if (world.Find(owner, call.Route["repo"]) is not { } repository || !call.Token.Sees(repository))
            return Calls.Answer.NotFound;
        if (!route.Permission.Split("; ").Any(permission => call.Token.May(permission.Split('=')[0], permission.Split('=')[1])))
        {
            var forbidden = new Answer(403, Shapes.Error(403, "Resource not accessible by integration"));
            forbidden.Headers["X-Accepted-GitHub-Permissions"] = route.Permission;
            return forbidden;
        }

        if (repository.IsArchived && route.Method != "GET")
            return new(403, Shapes.Error(403, Shapes.ArchivedMessage));
        return route.Answer(call with { Repository = repository });
    }

    private Answer? Renamed(IReadOnlyDictionary<string, string> values)
    {
        if (values.TryGetValue("owner", out var host) && world.MovedTo.TryGetValue($"{host}/{values["repo"]}", out var elsewhere))
            return Moved(302, $"{elsewhere.AbsoluteUri.TrimEnd('/')}/elsewhere");
        if (!values.TryGetValue("owner", out var owner) || world.Repositories.Find(repository => repository.FormerNames.Contains($"{owner}/{values["repo"]}")) is not { } repository)
            return null;
        return Moved(301, $"@repository/{repository.FullName}");
    }

    private static Answer Moved(int status, string location)
    {
        var answer = new Answer(status, Shapes.Error(status, "Moved"));
        answer.Headers["Location"] = location;
        return answer;
    }

    private Token? TokenOf(HttpRequest request, out string problem)
    {
        problem = "Requires authentication";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && !header.StartsWith("token ", StringComparison.OrdinalIgnoreCase))
            return null;
        var value = header.Split(' ', 2)[1].Trim();
        if (value.StartsWith("eyJ", StringComparison.Ordinal))
            return AppCalls.ReadJwt(world, value, out problem);
        problem = "Bad credentials";
        return world.Tokens.Find(token => token.Value == value && !token.IsRevoked && token.ExpiresAt > world.Now);
    }

    private bool IsUsedUp(Token token, string resource) => token.Counted.TryGetValue(resource, out var counted) && counted.ResetAt > world.Now && counted.Used >= token.Limit;

    private static Answer LimitReached() => new(403, Shapes.Error(403, "API rate limit exceeded for installation."));

    private void Count(Token token, string resource, bool isCounted, Answer answer)
    {
        var (used, resetAt) = token.Counted.GetValueOrDefault(resource);
        if (resetAt <= world.Now)
            (used, resetAt) = (0, world.Now + Hour);
        used += isCounted ? 1 : 0;
        token.Counted[resource] = (used, resetAt);
        answer.Headers["x-ratelimit-limit"] = Text(token.Limit);
        answer.Headers["x-ratelimit-used"] = Text(used);
        answer.Headers["x-ratelimit-remaining"] = Text(Math.Max(0, token.Limit - used));
        answer.Headers["x-ratelimit-reset"] = Text(resetAt.ToUnixTimeSeconds());
        answer.Headers["x-ratelimit-resource"] = resource;
    }

    private Answer? Broken(Fault fault)
    {
        var answer = fault switch
        {
            Fault.SecondaryLimit or Fault.SecondaryLimitWithoutWord => new Answer(403, Shapes.Error(403, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")),
            Fault.TooManyRequests => new Answer(429, Shapes.Error(429, "Too many requests")),
            Fault.PrimaryLimit => new Answer(403, Shapes.Error(403, "API rate limit exceeded for user ID 1.")),
            Fault.Unprocessable => new Answer(422, Shapes.Error(422, "Unprocessable Entity")),
            Fault.ServerError => new Answer(500, Shapes.Error(500, "Server Error")),
            Fault.BadGateway => new Answer(502, JsonValue.Create("<html><body><h1>502 Bad Gateway</h1></body></html>")),
            _ => null,
        };
        if (fault is Fault.SecondaryLimit or Fault.TooManyRequests)
            answer!.Headers["Retry-After"] = Text((long)faults.RetryAfter.TotalSeconds);
        if (fault is Fault.PrimaryLimit)
            (answer!.Headers["x-ratelimit-remaining"], answer.Headers["x-ratelimit-reset"]) = ("0", Text((world.Now + faults.ResetAfter).ToUnixTimeSeconds()));
        return answer;
    }

    /// <summary>The whole list becomes the page that was asked for, with the addresses of the others.</summary>
    private Answer Page(HttpRequest request, Answer answer)
    {
        if (answer.List is not { } list)
            return answer;
        var size = Math.Clamp(Int(request.Query["per_page"].FirstOrDefault(), 30), 1, 100);
        var page = Math.Max(1, Int(request.Query["page"].FirstOrDefault(), 1));
        var items = new JsonArray([.. list.Skip((page - 1) * size).Take(size).Select(item => item.DeepClone())]);
        var paged = new Answer(answer.Status, answer.ListName is { } name ? new JsonObject { ["total_count"] = list.Count, [name] = items } : items);
        if (page * size < list.Count)
        {
            var query = string.Join('&', request.Query.Where(pair => pair.Key != "page").Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value.ToString())}").Append($"page={page + 1}"));
            paged.Headers["Link"] = $"<{world.Url.AbsoluteUri.TrimEnd('/')}{request.Path}?{query}>; rel=\"next\"";
        }

        return paged;
    }

    /// <returns>True: the caller has it already.</returns>
    private static bool AddEtag(HttpRequest request, ref Answer answer)
    {
        if (request.Method != "GET" || answer.Status != 200)
            return false;
        var etag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(answer.Body!.ToJsonString())))}\"";
        var isKnown = request.Headers.IfNoneMatch.ToString() == etag;
        if (isKnown)
            answer = new Answer(304);
        answer.Headers["ETag"] = etag;
        return isKnown;
    }

    private async Task WriteAsync(HttpResponse response, Answer answer, Fault? fault)
    {
        response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            response.Headers[name] = value.StartsWith("@repository/", StringComparison.Ordinal)
                ? Moved(response.HttpContext, value["@repository/".Length..])
                : value;
        }

        if (answer.Body is not { } body)
            return;
        var isPage = body.GetValueKind() == JsonValueKind.String;
        response.ContentType = isPage ? "text/html" : "application/json; charset=utf-8";
        var text = isPage ? body.GetValue<string>() : body.ToJsonString();
        await response.WriteAsync(fault is Fault.CutOff ? text[..(text.Length / 2)] : text);
    }

    private string Moved(HttpContext http, string fullName)
    {
        var parts = http.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('/', 5);
        return $"{world.Url.AbsoluteUri.TrimEnd('/')}/repos/{fullName}{(parts.Length > 4 ? "/" + parts[4] : "")}";
    }

    private static (Route? Route, IReadOnlyDictionary<string, string> Values) Find(string method, string path)
    {
        foreach (var route in RestCalls.All)
        {
            if (route.Match(method, path) is { } values)
                return (route, values);
        }

        return (null, new Dictionary<string, string>(StringComparer.Ordinal));
    }

    private static JsonNode? Parse(string body)
    {
        try
        {
            return body.Length == 0 ? null : JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int Int(string? text, int otherwise) => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
