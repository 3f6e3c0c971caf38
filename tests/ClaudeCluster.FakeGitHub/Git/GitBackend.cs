using System.Diagnostics;
using System.Globalization;
using System.Text;
using ClaudeCluster.FakeGitHub.State;
using Microsoft.AspNetCore.Http;

namespace ClaudeCluster.FakeGitHub.Git;

/// <summary>Git over smart HTTP: git's own <c>http-backend</c> as a CGI program, behind a check of the token.</summary>
internal sealed class GitBackend(World world)
{
    /// <summary>OWNER/NAME(.git)/info/refs, git-upload-pack or git-receive-pack.</summary>
    public static bool IsFor(PathString path) =>
        path.Value!.EndsWith("/info/refs", StringComparison.Ordinal) || path.Value.EndsWith("/git-upload-pack", StringComparison.Ordinal) || path.Value.EndsWith("/git-receive-pack", StringComparison.Ordinal);

    public async Task AnswerAsync(HttpContext http)
    {
        var parts = http.Request.Path.Value!.TrimStart('/').Split('/', 3);
        var writes = parts[^1] == "git-receive-pack" || http.Request.Query["service"] == "git-receive-pack";
        if (TokenOf(http) is not { } token)
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"GitHub\"";
            return;
        }

        var name = parts[1].EndsWith(".git", StringComparison.Ordinal) ? parts[1][..^4] : parts[1];
        Repository? repository;
        lock (world.Gate)
            repository = world.FindMoved(parts[0], name) is { } found && token.Sees(found) ? found : null;
        if (repository is { IsArchived: true } && writes)
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            await http.Response.WriteAsync("This repository was archived so it is read-only.");
            return;
        }

        if (repository is null || !token.May("contents", writes ? "write" : "read"))
        {
            http.Response.StatusCode = repository is null ? StatusCodes.Status404NotFound : StatusCodes.Status403Forbidden;
            await http.Response.WriteAsync(repository is null ? "Repository not found." : "Permission to the repository denied.");
            return;
        }

        await RunAsync(http, repository, $"/{parts[2]}", writes ? token.User.Login : null);
    }

    private Token? TokenOf(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("basic ", StringComparison.OrdinalIgnoreCase))
            return null;
        var password = Encoding.UTF8.GetString(Convert.FromBase64String(header[6..].Trim())).Split(':', 2)[^1];
        lock (world.Gate)
            return world.Tokens.Find(token => token.Value == password && !token.IsRevoked && token.ExpiresAt > world.Now);
    }

    private static async Task RunAsync(HttpContext http, Repository repository, string path, string? writer)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var start = new ProcessStartInfo("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        GitEnvironment.Set(start.Environment);
        start.Environment["GIT_PROJECT_ROOT"] = repository.Git.Path;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["PATH_INFO"] = path;
        start.Environment["REQUEST_METHOD"] = http.Request.Method;
        start.Environment["QUERY_STRING"] = http.Request.QueryString.Value?.TrimStart('?');
        start.Environment["CONTENT_TYPE"] = http.Request.ContentType;
        start.Environment["CONTENT_LENGTH"] = body.Length.ToString(CultureInfo.InvariantCulture);
        start.Environment["GIT_PROTOCOL"] = http.Request.Headers["Git-Protocol"].ToString();
        start.Environment["HTTP_CONTENT_ENCODING"] = http.Request.Headers.ContentEncoding.ToString();
        if (writer is not null)
            start.Environment["REMOTE_USER"] = writer;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        body.Position = 0;
        await body.CopyToAsync(process.StandardInput.BaseStream);
        process.StandardInput.Close();
        await CopyAnswerAsync(process.StandardOutput.BaseStream, http.Response);
        await process.WaitForExitAsync();
        await errors;
    }

    /// <summary>CGI: header lines, an empty line, the body. The status is a header.</summary>
    private static async Task CopyAnswerAsync(Stream output, HttpResponse response)
    {
        while (await ReadLineAsync(output) is { Length: > 0 } line)
        {
            var header = line.Split(':', 2, StringSplitOptions.TrimEntries);
            if (header[0] == "Status")
                response.StatusCode = int.Parse(header[1].Split(' ')[0], CultureInfo.InvariantCulture);
            else
                response.Headers[header[0]] = header[1];
        }

        await output.CopyToAsync(response.Body);
    }

    private static async Task<string> ReadLineAsync(Stream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1 && one[0] != '\n')
        {
            if (one[0] != '\r')
                line.Append((char)one[0]);
        }

        return line.ToString();
    }
}
