using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Transitions;

namespace ClaudeCluster.DurableTask.Tests.Hub;

/// <summary>A past is known for exactly one revision of one execution.</summary>
public sealed class RecentPastsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly RecentPasts _pasts = new(mostCharacters: 100_000);

    [Fact]
    public void What_was_read_is_known_for_that_revision_alone()
    {
        _pasts.Keep(State(revision: 3), [Raised("a")]);

        Assert.Equal([Raised("a")], _pasts.Find(State(revision: 3)));
        Assert.Null(_pasts.Find(State(revision: 4)));
        Assert.Null(_pasts.Find(State(revision: 3, execution: "another")));
    }

    [Fact]
    public void A_commit_that_continues_it_makes_it_the_past_of_the_next_step()
    {
        _pasts.Keep(State(revision: 3), [Raised("a")]);

        _pasts.Committed(Batch(State(revision: 4)) with { History = [Raised("b")] });

        Assert.Equal([Raised("a"), Raised("b")], _pasts.Find(State(revision: 4)));
        Assert.Null(_pasts.Find(State(revision: 3)));
    }

    [Fact]
    public void A_commit_that_does_not_continue_it_ends_it()
    {
        CommitBatch[] others =
        [
            Batch(State(revision: 5)) with { History = [Raised("b")] },
            Batch(State(revision: 4, execution: "next")) with { History = [Raised("b")] },
            Batch(State(revision: 4)) with { History = [Raised("b")], ReplacesHistory = true },
            Batch(State(revision: 4) with { Status = OrchestrationRuntimeStatus.Completed }) with { History = [Raised("b")] },
        ];

        Assert.All(others, other =>
        {
            _pasts.Keep(State(revision: 3), [Raised("a")]);
            _pasts.Committed(other);
            Assert.Null(_pasts.Find(other.Instance!));
            Assert.Null(_pasts.Find(State(revision: 3)));
        });
    }

    [Fact]
    public void Messages_to_an_instance_leave_its_past_as_it_is()
    {
        _pasts.Keep(State(revision: 3), [Raised("a")]);

        _pasts.Committed(Batch(null));

        Assert.Equal([Raised("a")], _pasts.Find(State(revision: 3)));
    }

    [Fact]
    public void A_change_of_the_instance_without_history_does_not_make_an_old_past_a_new_one()
    {
        // A commit whose answer was lost has written revision 4; a rewind then opens the instance without adding anything.
        _pasts.Keep(State(revision: 3), [Raised("a")]);

        _pasts.Committed(Batch(State(revision: 4)));

        Assert.Null(_pasts.Find(State(revision: 4)));
        Assert.NotNull(_pasts.Find(State(revision: 3)));
    }

    [Fact]
    public void A_caller_s_list_does_not_grow_with_later_commits()
    {
        _pasts.Keep(State(revision: 3), [Raised("a")]);
        var given = _pasts.Find(State(revision: 3));

        _pasts.Committed(Batch(State(revision: 4)) with { History = [Raised("b")] });

        Assert.Single(given!);
    }

    [Fact]
    public void The_least_recently_read_go_when_there_is_no_more_room()
    {
        for (var number = 0; number < 20; number++)
        {
            _pasts.Keep(State(revision: 1, id: $"i{number}"), [Raised(new string('x', 9_000))]);
            Assert.NotNull(_pasts.Find(State(revision: 1, id: "i0")));
        }

        Assert.Null(_pasts.Find(State(revision: 1, id: "i1")));
        Assert.NotNull(_pasts.Find(State(revision: 1, id: "i19")));
    }

    [Fact]
    public void One_that_would_push_out_all_others_is_not_kept()
    {
        _pasts.Keep(State(revision: 1, id: "small"), [Raised("a")]);

        _pasts.Keep(State(revision: 1, id: "large"), [Raised(new string('x', 50_000))]);

        Assert.Null(_pasts.Find(State(revision: 1, id: "large")));
        Assert.NotNull(_pasts.Find(State(revision: 1, id: "small")));
    }

    private static EventRaised Raised(string input) => new("e", input) { Timestamp = Now };

    private static CommitBatch Batch(InstanceState? after) => new(after?.InstanceId ?? "i", new Guard.IsOpen(null)) { Instance = after };

    private static InstanceState State(int revision, string id = "i", string execution = "x") => new(id, execution, "Flow")
    {
        Status = OrchestrationRuntimeStatus.Running,
        Revision = revision,
    };
}
