namespace ClaudeCluster.GitHub.Tests.Comments;

public sealed class LabelSyncTests
{
    [Fact]
    public async Task Missing_labels_are_made_wrong_ones_are_dressed_anew_and_others_stay()
    {
        await using var kit = await GitHubKit.StartAsync();
        for (var index = 0; index < 230; index++)
            kit.Repository.Labels.Add(new(kit.Fake.World.NewId(), $"theirs-{index}"));
        kit.Repository.Labels.Add(new(kit.Fake.World.NewId(), "Claude") { Color = "ffffff" });
        kit.Repository.Labels.Add(new(kit.Fake.World.NewId(), "claude:done") { Color = "00FF00", Description = "Done." });
        LabelDefinition[] wanted = [new("claude", "d97757", "Asks for work."), new("claude:done", "00ff00", "Done."), new("claude:review", "0000ff", "")];

        var result = await kit.Service.SyncLabelsAsync(kit.Ref, wanted, default);

        Assert.Equal(["claude:review"], result.Created);
        Assert.Equal(["claude"], result.Changed);
        Assert.Equal(["claude:done"], result.Unchanged);
        Assert.Equal(("Claude", "d97757"), (kit.Repository.Labels[230].Name, kit.Repository.Labels[230].Color));
        Assert.Equal(3, kit.Operations.Count(operation => operation == "GET /repos/{owner}/{repo}/labels"));
    }

    [Fact]
    public async Task Second_sync_changes_nothing()
    {
        await using var kit = await GitHubKit.StartAsync();
        LabelDefinition[] wanted = [new("claude", "d97757", "Asks for work.")];
        await kit.Service.SyncLabelsAsync(kit.Ref, wanted, default);

        Assert.Equal(["claude"], (await kit.Service.SyncLabelsAsync(kit.Ref, wanted, default)).Unchanged);
    }
}
