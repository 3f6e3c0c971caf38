using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Answers;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Calls;

/// <summary>Apps: their own JSON Web Token, their installations, and the tokens made from them.</summary>
internal static class AppCalls
{
    private static readonly TimeSpan TokenLife = TimeSpan.FromHours(1);

    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/repos/{owner}/{repo}/installation", "app", FindInstallation),
        new("POST", "/app/installations/{installation_id}/access_tokens", "app", MakeToken),
        new("DELETE", "/installation/token", "metadata=read", Revoke),
    ];

    /// <returns>Null, and why: GitHub says which time is wrong.</returns>
    public static Token? ReadJwt(World world, string jwt, out string problem)
    {
        problem = "A JSON web token could not be decoded";
        if (jwt.Split('.') is not [var header, var claims, var signature] || JsonNode.Parse(Base64Url.DecodeFromChars(claims)) is not { } said)
            return null;
        var app = world.Apps.Find(app => app.Id.ToString(CultureInfo.InvariantCulture) == said["iss"]?.ToString() || app.Slug == said["iss"]?.ToString());
        if (app?.PublicKey.VerifyData(Encoding.ASCII.GetBytes($"{header}.{claims}"), Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) != true)
            return null;
        var (issued, ends) = (At(said["iat"]), At(said["exp"]));
        problem = issued > world.Now ? "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
            : ends <= world.Now ? "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
            : ends > world.Now + TimeSpan.FromMinutes(10) ? "'Expiration time' claim ('exp') is too far in the future"
            : "";
        return problem.Length > 0 ? null : new Token(jwt, TokenKind.App, app.Bot) { App = app, Limit = 5000 };
    }

    private static Answer FindInstallation(Call call)
    {
        var (owner, name) = (call.Route["owner"], call.Route["repo"]);
        var repository = call.World.Find(owner, name);
        var installation = call.Token.App!.Installations.Find(installation => repository is not null && installation.Repositories.Contains(repository));
        return installation is null ? Answer.NotFound : new(200, call.Shapes.Installation(installation));
    }

    private static Answer MakeToken(Call call)
    {
        if (call.Token.App!.Installations.Find(installation => installation.Id.ToString(CultureInfo.InvariantCulture) == call.Route["installation_id"]) is not { } installation)
            return Answer.NotFound;
        var asked = call.Body?["permissions"]?.AsObject().ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>()) ?? [];
        if (asked.Any(pair => !Grants(installation.App, pair.Key, pair.Value)))
            return new(422, Shapes.Error(422, "The permissions requested are not granted to this installation."));
        var names = call.Body?["repositories"]?.AsArray().Select(name => name!.GetValue<string>()).ToList();
        var repositories = installation.Repositories.Where(repository => names is null || names.Contains(repository.Name)).ToList();
        if (names is not null && repositories.Count < names.Count)
            return new(422, Shapes.Error(422, "There is at least one repository that does not exist or is not accessible to the parent installation."));
        var token = new Token(World.NewSecret("ghs_"), TokenKind.Installation, installation.App.Bot)
        {
            App = installation.App,
            Permissions = asked.Count > 0 ? asked : installation.App.Permissions,
            Repositories = [.. repositories.Select(repository => repository.FullName)],
            ExpiresAt = call.World.Now + TokenLife,
            Limit = 5000,
        };
        call.World.Tokens.Add(token);
        return new(201, Shapes.InstallationToken(token));
    }

    private static Answer Revoke(Call call)
    {
        call.Token.IsRevoked = true;
        return new(204);
    }

    private static bool Grants(App app, string permission, string level) =>
        app.Permissions.TryGetValue(permission, out var granted) && (granted == level || granted == "write") || (permission == "metadata" && level == "read");

    private static DateTimeOffset At(JsonNode? seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds?.GetValue<long>() ?? 0);
}
