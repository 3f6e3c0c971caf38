using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace ClaudeCluster.Coordinator;

/// <summary>The audit, for the operator, page by page.</summary>
internal sealed class AuditApi(Gate gate, Audit audit)
{
    private const int Page = 500;

    public void MapTo(IEndpointRouteBuilder routes) => routes.MapGet("/api/audit", async http =>
    {
        gate.AskForOperator(http);
        var after = long.TryParse(http.Request.Query["after"], CultureInfo.InvariantCulture, out var number) ? number : 0;
        var entries = await audit.ReadAsync(after, Page, http.RequestAborted);
        await ApiJson.WriteAsync(http, new
        {
            Entries = entries.Select(found => new { found.Number, found.Entry.At, found.Entry.Who, found.Entry.What, found.Entry.Why, found.Entry.Address }),
        });
    });
}
