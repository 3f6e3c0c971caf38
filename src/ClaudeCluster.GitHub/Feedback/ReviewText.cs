using System.Globalization;
using System.Text.RegularExpressions;

namespace ClaudeCluster.GitHub;

/// <summary>PURE. A review as the flow reads it, out of the threads that it spoke in.</summary>
internal static class ReviewText
{
    // NonBacktracking: linear in the text, whatever it is.
    private static readonly Regex Mark = new("<!-- claude-cluster:[^>]*-->", RegexOptions.NonBacktracking);

    public static IReadOnlyList<ReviewRemark> RemarksOf(long review, IReadOnlyList<ReviewThread> threads)
    {
        var id = review.ToString(CultureInfo.InvariantCulture);
        return
        [
            .. from thread in threads
               let said = thread.Comments.LastOrDefault(comment => comment.Review == id)
               where said is not null
               select new ReviewRemark(new(thread.Id), said.Author, thread.Path, thread.Line, TextOf(thread, said)),
        ];
    }

    /// <summary>
    /// The thread from its beginning, or a remark would be read without what it answers. What others said in it counts only if they belong to
    /// the repository: anybody may write below a public pull request, and this text goes to the model.
    /// </summary>
    private static string TextOf(ReviewThread thread, ThreadComment said)
    {
        var comments = thread.Comments.Where(comment => comment.Author == said.Author || comment.IsOurs || comment.IsFromTeam).ToList();
        return comments.Count == 1
            ? Without(comments[0].Body)
            : string.Join("\n\n", comments.Select(comment => $"{comment.Author}: {Without(comment.Body)}"));
    }

    private static string Without(string body) => Mark.Replace(body, "").Trim();
}
