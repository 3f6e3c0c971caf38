using System.Globalization;
using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Cluster.Tests;

/// <summary>The whole life of issues and their pull requests, while coordinator, agents and Claude are killed and GitHub has a bad day: nothing is there twice, and nothing is lost.</summary>
public sealed class LifecycleKillTests(ITestOutputHelper output)
{
    private const int KillsAtScaleOne = 4;
    private const int IssuesAtOnce = 4;

    private static readonly ModelStep[] AnotherFileInEachTurn =
        [new ModelStep.UseInEachTurn(ModelStep.Write("{folder}/task-{issue}-{turn}.txt", "An answer to {issue}\n"), "Answered.")];

    private static int Scale => int.TryParse(Environment.GetEnvironmentVariable("CC_SCALE"), NumberStyles.None, CultureInfo.InvariantCulture, out var scale) ? scale : 1;

    [Fact]
    public async Task Killed_at_random_moments_of_their_whole_lives_issues_have_one_pull_request_one_comment_the_right_label_and_each_command_its_answer()
    {
        await using var place = await GitHubPlace.StartAsync(AnotherFileInEachTurn);
        var killer = new Killer(place.Cluster, new Random(7));
        var stories = new List<IssueStory>();
        await using (var mishaps = new Mishaps(place.GitHub, new Random(11)))
        {
            var running = new List<Task>();
            while (killer.Kills < KillsAtScaleOne * Scale || running.Count > 0)
            {
                while (killer.Kills < KillsAtScaleOne * Scale && running.Count < IssuesAtOnce && stories.Count <= IssuesAtOnce + killer.Kills)
                {
                    stories.Add(new IssueStory(place, new Random(stories.Count)));
                    running.Add(stories[^1].RunAsync(stories.Count));
                }

                if (killer.Kills < KillsAtScaleOne * Scale)
                    await killer.KillOneAsync();
                else
                    await Task.WhenAny(running);
                foreach (var ended in running.Where(story => story.IsCompleted).ToList())
                {
                    await ended;
                    running.Remove(ended);
                }
            }

            var line = $"{stories.Count} issues, {killer}; GitHub's mishaps: {mishaps}; {stories.SelectMany(story => story.Events).CountBy(each => each).Aggregate("", (text, each) => $"{text}{each.Value} × {each.Key}, ").TrimEnd(',', ' ')}";
            output.WriteLine(line);
            Console.WriteLine(line);
        }

        Assert.All(stories, story => AssertIsWhole(place, story));
    }

    private static void AssertIsWhole(GitHubPlace place, IssueStory story)
    {
        lock (place.GitHub.World.Gate)
        {
            var (issue, pull) = (story.Issue, story.Pull);
            Assert.Equal([story.End], IssueStory.StatusOf(issue));
            Assert.Single(issue.Comments, comment => comment.Body.Contains($"<!-- claude-cluster:issue-{place.Repository.Id}-{issue.Number}-1 -->", StringComparison.Ordinal));
            var answers = IssueStory.AnswersOn(issue);
            Assert.Equal(story.Commands, answers.Count);
            Assert.Equal(story.Commands, answers.Select(answer => answer.Split('\n')[0]).Distinct().Count());
            Assert.All(pull.ReviewComments.Where(remark => remark.Author.Login == GitHubPlace.Maintainer), remark => Assert.Single(pull.ReviewComments, answer => answer.First == remark));
            Assert.Equal(story.End == "claude:done", pull.MergedAt is not null);
        }
    }
}
