using ClaudeCluster.ScriptedModel;
using static ClaudeCluster.Agent.Tests.NextSteps;

namespace ClaudeCluster.Agent.Tests;

/// <summary>Rows of <c>FailureTable.md</c>: login and account.</summary>
public class AccountFailures
{
    [Fact]
    public async Task A_bad_API_key_asks_a_human()
    {
        var run = await RunAsync(new ModelStep.Error(401, "authentication_error", "invalid x-api-key"));

        run.ToldApiError("authentication_failed", 401);
        Assert.Contains("Invalid API key", run.Ended<AttemptOutcome.NotAuthenticated>(AskHuman).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_OAuth_token_asks_a_human()
    {
        var run = await RunWithTokenAsync(new ModelStep.Error(401, "authentication_error", "OAuth token has expired. Please obtain a new token."));

        run.ToldApiError("authentication_failed", 401);
        Assert.Contains("OAuth token has expired", run.Ended<AttemptOutcome.NotAuthenticated>(AskHuman).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_without_permission_asks_a_human()
    {
        var run = await RunAsync(new ModelStep.Error(403, "permission_error", "Your API key does not have permission to use the specified resource."));

        run.ToldApiError("authentication_failed", 403);
        run.Ended<AttemptOutcome.NotAuthenticated>(AskHuman);
    }

    [Fact]
    public async Task A_revoked_OAuth_token_asks_a_human()
    {
        var run = await RunWithTokenAsync(new ModelStep.Error(403, "permission_error", "OAuth token has been revoked. Please obtain a new token."));

        run.ToldApiError("authentication_failed", 403);
        run.Ended<AttemptOutcome.NotAuthenticated>(AskHuman);
    }

    [Fact]
    public async Task An_organisation_that_forbids_OAuth_asks_a_human()
    {
        var run = await RunWithTokenAsync(new ModelStep.Error(403, "permission_error", "OAuth authentication is currently not allowed for this organization."));

        run.ToldApiError("oauth_org_not_allowed", 403);
        run.Ended<AttemptOutcome.AccountBlocked>(AskHuman);
    }

    [Fact]
    public async Task Nobody_logged_in_asks_a_human_without_a_request()
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Say("Never said."));
        bench.Options = bench.Options with { Credential = new ClaudeCredential.ConfigFolder(new ClaudeFolders(bench.Scratch).Config) };
        var run = await bench.RunOnceAsync();

        run.ToldApiError("authentication_failed", null);
        Assert.Contains("Not logged in", run.Ended<AttemptOutcome.NotAuthenticated>(AskHuman).Detail, StringComparison.Ordinal);
        Assert.Empty(bench.Model.Requests);
    }

    [Fact]
    public async Task A_credit_that_is_too_low_asks_a_human()
    {
        var run = await RunAsync(new ModelStep.Error(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."));

        run.ToldApiError("billing_error", 400);
        run.Ended<AttemptOutcome.AccountBlocked>(AskHuman);
    }

    [Fact]
    public async Task A_payment_that_is_required_asks_a_human()
    {
        var run = await RunAsync(new ModelStep.Error(402, "billing_error", "There is an issue with your billing."));

        Assert.Equal(402, run.Record.Result?.ApiErrorStatus);
        run.Ended<AttemptOutcome.AccountBlocked>(AskHuman);
    }

    [Fact]
    public async Task The_accounts_own_spend_limit_asks_a_human()
    {
        var run = await RunAsync(new ModelStep.Error(
            400, "invalid_request_error", "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."));

        run.ToldApiError("unknown", 400);
        Assert.Contains("2026-12-01", run.Ended<AttemptOutcome.AccountBlocked>(AskHuman).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_organisation_asks_a_human()
    {
        var run = await RunAsync(new ModelStep.Error(400, "invalid_request_error", "This organization has been disabled."));

        run.ToldApiError("invalid_request", 400);
        run.Ended<AttemptOutcome.AccountBlocked>(AskHuman);
    }

    private static async Task<ClaudeOneRun> RunAsync(ModelStep step)
    {
        await using var bench = await ClaudeBench.StartAsync(step);
        return await bench.RunOnceAsync();
    }

    private static async Task<ClaudeOneRun> RunWithTokenAsync(ModelStep step)
    {
        await using var bench = await ClaudeBench.StartAsync(step);
        bench.Options = bench.Options with { Credential = new ClaudeCredential.OAuthToken("sk-ant-oat01-planted") };
        return await bench.RunOnceAsync();
    }
}
