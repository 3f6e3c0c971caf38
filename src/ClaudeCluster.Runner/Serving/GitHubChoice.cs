using System.CommandLine;
using System.Globalization;
using System.Net;
using ClaudeCluster.GitHub;

namespace ClaudeCluster.Runner;

/// <summary>The options by which a coordinator reaches GitHub, and GitHub the coordinator. Secrets stand in variables and files only.</summary>
internal sealed class GitHubChoice
{
    private const string TokenVariable = "GITHUB_TOKEN";
    private const string AppVariable = "GITHUB_APP_ID";
    private const string AppKeyVariable = "GITHUB_APP_PRIVATE_KEY_FILE";
    private const string AddressVariable = "GITHUB_API_URL";
    private const string WebhookVariable = "WEBHOOK_SECRET";
    private const string WebhookPortVariable = "WEBHOOK_PORT";
    private const string TriggerVariable = "CLAUDE_CLUSTER_TRIGGER_TOKEN";

    private readonly Option<string?> _app = new("--github-app") { Description = $"The id of a GitHub App to work as. Default: {AppVariable}.", HelpName = "ID" };
    private readonly Option<string?> _key = new("--github-app-key") { Description = $"The file of its private key (PEM). Default: {AppKeyVariable}.", HelpName = "FILE" };
    private readonly Option<string?> _token = new("--github-token-from") { Description = $"Instead of an App: the variable that holds a token of a person. Default: {TokenVariable}.", HelpName = "VARIABLE" };
    private readonly Option<string?> _address = new("--github-url") { Description = $"GitHub's API, if it is not github.com's. Default: {AddressVariable}.", HelpName = "URL" };

    public void AddTo(Command command)
    {
        command.Add(_app);
        command.Add(_key);
        command.Add(_token);
        command.Add(_address);
    }

    /// <param name="parsed">The command line.</param>
    /// <param name="host">For variables and files.</param>
    /// <param name="posts">Where posts are noted; null: nothing is posted, or nothing that another process began.</param>
    /// <returns>Null: nothing says as whom, so no flows run here.</returns>
    /// <exception cref="BadInputException">What is said cannot be used.</exception>
    public GitHubService? Open(ParseResult parsed, HostEnvironment host, IPostLog? posts = null)
    {
        var login = LoginOf(parsed, host);
        if (login is null)
            return null;
        var address = GitHubAddress.Of(parsed.GetValue(_address) ?? host.Variable(AddressVariable), host.Variable("GITHUB_GRAPHQL_URL"));
        return new GitHubService(new GitHubOptions { Address = address }, login, host.Time, posts: posts);
    }

    /// <summary>The secret of the webhook; null: that door stays closed.</summary>
    public static string? WebhookSecret(HostEnvironment host) => host.Variable(WebhookVariable);

    /// <summary>A port for the webhook alone, at the same address; null: it has none.</summary>
    /// <exception cref="BadInputException">It is no port.</exception>
    public static IPEndPoint? WebhookListen(HostEnvironment host, IPEndPoint listen)
    {
        if (host.Variable(WebhookPortVariable) is not { } text || WebhookSecret(host) is null)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort
            ? port == listen.Port && port > 0 ? null : new IPEndPoint(listen.Address, port)
            : throw new BadInputException(WebhookPortVariable, $"'{text}' is no port.", "Give a number from 1 to 65535; 0 takes a free one.");
    }

    /// <summary>What a job may hand in events with; null: only the operator's token.</summary>
    public static string? TriggerToken(HostEnvironment host) => host.Variable(TriggerVariable);

    private GitHubLogin? LoginOf(ParseResult parsed, HostEnvironment host)
    {
        var key = parsed.GetValue(_key) ?? host.Variable(AppKeyVariable);
        if ((parsed.GetValue(_app) ?? host.Variable(AppVariable)) is { } app)
        {
            return new GitHubLogin.App(app, ReadKey(host, key
                ?? throw new BadInputException("--github-app-key", "The App has no private key.", $"Name the file that GitHub gave you, or set {AppKeyVariable}.")));
        }

        if (key is not null)
            throw new BadInputException("--github-app", "There is a private key, but no App.", $"Give the App's id, or set {AppVariable}.");
        var variable = parsed.GetValue(_token);
        var token = host.Variable(variable ?? TokenVariable);
        if (variable is not null && token is null)
            throw new BadInputException("--github-token-from", $"{variable} is missing.", "Set it to the token.");
        return token is null ? null
            : host.Variable("GITHUB_ACTIONS") == "true" ? new GitHubLogin.JobToken(token)
            : new GitHubLogin.PersonalToken(token);
    }

    private static string ReadKey(HostEnvironment host, string file)
    {
        try
        {
            return File.ReadAllText(host.FullPath(file));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException("--github-app-key", failure.Message, "Name the file of the App's private key, readable for this user.");
        }
    }
}
