using ClaudeCluster.Orchestrations;

namespace ClaudeCluster.TestKit;

/// <summary>Where a planned failure strikes: the caller sees the same, the world does not.</summary>
public enum FailurePoint
{
    BeforeEffect,
    AfterEffect,
}

/// <summary>A GitHub in memory behind the flow's ports. It remembers each visible effect, and fails when it is told to.</summary>
public sealed class RecordingGitHub : IGitHub
{
    private readonly Lock _gate = new();
    private readonly List<string> _effects = [];
    private int _calls;
    private readonly List<(string Call, FailurePoint Point)> _failures = [];
    private readonly List<Comment> _comments = [];
    private readonly Dictionary<IssueRef, SortedSet<string>> _labels = [];
    private readonly Dictionary<string, CommitId> _branches = new(StringComparer.Ordinal);
    private readonly List<(PullRequest PullRequest, PullRequestText Text)> _pullRequests = [];

    /// <summary>By login; others have none.</summary>
    public Dictionary<string, Role> Roles { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The default branch's files, by path.</summary>
    public Dictionary<string, RepositoryFile> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>What changed, in order, in words. A call that changes nothing adds nothing.</summary>
    public IReadOnlyList<string> Effects => Locked(() => _effects.ToArray());

    /// <summary>How often it was asked for anything.</summary>
    public int Calls => Locked(() => _calls);

    public IReadOnlyList<Comment> Comments => Locked(() => _comments.ToArray());

    public IReadOnlyDictionary<string, CommitId> Branches => Locked(() => new Dictionary<string, CommitId>(_branches, StringComparer.Ordinal));

    public IReadOnlyList<(PullRequest PullRequest, PullRequestText Text)> PullRequests => Locked(() => _pullRequests.ToArray());

    public IReadOnlyCollection<string> LabelsOf(IssueRef issue) => Locked(() => _labels.TryGetValue(issue, out var labels) ? labels.ToArray() : []);

    /// <summary>What a push would do.</summary>
    public void SetBranch(string branch, CommitId commit) => Locked(() => _branches[branch] = commit);

    /// <summary>The next call of this name throws <see cref="HttpRequestException"/>. Several plans for one name strike one after the other.</summary>
    /// <param name="call">Such as <c>nameof(IPullRequests.OpenAsync)</c>.</param>
    public void FailNext(string call, FailurePoint point) => Locked(() =>
    {
        _failures.Add((call, point));
        return true;
    });

    public Task<Role> ReadRoleAsync(RepositoryRef repository, string login, CancellationToken cancellationToken) =>
        Call(nameof(ReadRoleAsync), () => Roles.GetValueOrDefault(login, Role.None));

    public Task<RepositoryFile?> ReadAsync(RepositoryRef repository, string path, CancellationToken cancellationToken) =>
        Call(nameof(ReadAsync), () => Files.GetValueOrDefault(path));

    public Task<CommentId> PutCommentAsync(IssueRef issue, CommentMarker marker, CommentId? known, string markdown, CancellationToken cancellationToken) =>
        Call(nameof(PutCommentAsync), () =>
        {
            var index = _comments.FindIndex(comment => comment.Issue == issue && (comment.Id == known || comment.Marker == marker));
            if (index < 0)
            {
                _comments.Add(new(new($"{_comments.Count + 1}"), issue, marker, markdown));
                _effects.Add($"comment {_comments[^1].Id} posted on #{issue.Number}");
                return _comments[^1].Id;
            }

            if (_comments[index].Markdown != markdown)
            {
                _comments[index] = _comments[index] with { Markdown = markdown };
                _effects.Add($"comment {_comments[index].Id} edited");
            }

            return _comments[index].Id;
        });

    public Task PutLabelsAsync(IssueRef issue, LabelChange change, CancellationToken cancellationToken) =>
        Call(nameof(PutLabelsAsync), () =>
        {
            if (!_labels.TryGetValue(issue, out var labels))
                _labels[issue] = labels = new(StringComparer.OrdinalIgnoreCase);
            _effects.AddRange(change.Remove.Where(labels.Remove).Select(label => $"label {label} taken from #{issue.Number}"));
            _effects.AddRange(change.Add.Where(labels.Add).Select(label => $"label {label} set on #{issue.Number}"));
            return true;
        });

    public Task<CommitId> PromoteAsync(RepositoryRef repository, Promotion promotion, CancellationToken cancellationToken) =>
        Call(nameof(PromoteAsync), () =>
        {
            CommitId? found = _branches.TryGetValue(promotion.Branch, out var commit) ? commit : null;
            if (found == promotion.After)
                return promotion.After;
            if (found != promotion.Before)
                throw new BranchMovedException(promotion.Branch, found?.Value);
            _branches[promotion.Branch] = promotion.After;
            _effects.Add($"branch {promotion.Branch} moved to {promotion.After}");
            return promotion.After;
        });

    public Task<PullRequest> OpenAsync(RepositoryRef repository, PullRequestText text, CancellationToken cancellationToken) =>
        Call(nameof(OpenAsync), () =>
        {
            if (_pullRequests.FirstOrDefault(open => open.PullRequest.Head == text.Head).PullRequest is { } adopted)
                return adopted;
            var number = 101 + _pullRequests.Count;
            var opened = new PullRequest(number, $"https://github.com/{repository.FullName}/pull/{number}", text.Head);
            _pullRequests.Add((opened, text));
            _effects.Add($"pull request {number} opened for {text.Head}");
            return opened;
        });

    public Task DeleteBranchesAsync(RepositoryRef repository, IReadOnlyList<string> branches, CancellationToken cancellationToken) =>
        Call(nameof(DeleteBranchesAsync), () =>
        {
            _effects.AddRange(branches.Where(_branches.Remove).Select(branch => $"branch {branch} deleted"));
            return true;
        });

    private Task<T> Call<T>(string name, Func<T> effect)
    {
        lock (_gate)
        {
            _calls++;
            var failure = _failures.FindIndex(planned => planned.Call == name);
            FailurePoint? point = failure < 0 ? null : _failures[failure].Point;
            if (failure >= 0)
                _failures.RemoveAt(failure);
            try
            {
                if (point == FailurePoint.BeforeEffect)
                    throw new HttpRequestException($"{name}: the connection was lost before the call arrived.");
                var answer = effect();
                return point is null
                    ? Task.FromResult(answer)
                    : throw new HttpRequestException($"{name}: the connection was lost before the answer arrived.");
            }
            catch (Exception failed)
            {
                return Task.FromException<T>(failed);
            }
        }
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_gate)
            return read();
    }

    /// <summary>One comment on an issue.</summary>
    public sealed record Comment(CommentId Id, IssueRef Issue, CommentMarker Marker, string Markdown);
}
