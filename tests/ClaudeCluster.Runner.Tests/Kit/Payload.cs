using System.Text.Json.Nodes;

namespace ClaudeCluster.Runner.Tests;

/// <summary>GitHub's <c>issues</c> event, as far as it is read.</summary>
internal static class Payload
{
    /// <summary>Issue 7 was just labelled for work.</summary>
    public static JsonObject Labelled(Action<JsonObject>? change = null)
    {
        var payload = JsonNode.Parse("""
            {
              "action": "labeled",
              "label": { "name": "claude" },
              "issue": {
                "id": 70, "number": 7, "title": "The server adds wrongly", "body": "`sh sum.sh 1 2` should print 3.",
                "state": "open", "labels": [{ "name": "claude" }], "user": { "login": "ada", "id": 2, "type": "User" },
                "updated_at": "2026-11-24T12:00:00Z"
              },
              "repository": { "id": 42, "full_name": "acme/sums", "default_branch": "main", "private": true, "owner": { "login": "acme" } },
              "sender": { "login": "grace", "id": 3, "type": "User" }
            }
            """)!.AsObject();
        change?.Invoke(payload);
        return payload;
    }

    public static JsonObject Issue(this JsonObject payload) => payload["issue"]!.AsObject();

    public static void Label(this JsonObject payload, params string[] labels) =>
        payload.Issue()["labels"] = new JsonArray([.. labels.Select(label => (JsonNode)new JsonObject { ["name"] = label })]);
}
