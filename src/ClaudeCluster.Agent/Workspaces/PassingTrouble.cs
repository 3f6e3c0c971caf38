using System.Text.RegularExpressions;

namespace ClaudeCluster.Agent;

/// <summary>PURE. Tells trouble of the way to a repository, which passes by itself, from a refusal, which would be the same next time.</summary>
internal static partial class PassingTrouble
{
    public static bool Is(Exception failure) => failure switch
    {
        CoordinatorAwayException away => !away.IsRefusal,
        GitException git => OfTheWay().IsMatch(git.Errors) && !Refusal().IsMatch(git.Errors),
        _ => false,
    };

    // As git, curl, ssh and git-lfs say it, in English because we run them so.
    [GeneratedRegex(
        """
        Could\ not\ resolve\ (?:host|proxy) | Failed\ to\ connect | Couldn't\ connect | Connection\ (?:refused|timed\ out|reset|was\ reset|closed|aborted) | Operation\ timed\ out
        | Network\ is\ unreachable | No\ route\ to\ host | Temporary\ failure\ in\ name\ resolution | Name\ or\ service\ not\ known | i/o\ timeout | no\ such\ host
        | returned\ error:\ (?:5\d\d|429|408)\b | HTTP\ (?:5\d\d|429|408)\b | Server\ error(?:\ \d+)?: | Rate\ limit\ exceeded:
        | Recv\ failure | Send\ failure | Empty\ reply\ from\ server | remote\ end\ hung\ up | unexpected\ disconnect | early\ EOF | transfer\ closed | SSL_ERROR_SYSCALL | unexpected\ EOF
        | was\ not\ closed\ cleanly | GnuTLS\ recv\ error | TLS\ connection\ was\ non-properly\ terminated | Internal\ Server\ Error | Service\ Unavailable | Bad\ Gateway
        """,
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex OfTheWay();

    // The connection ends after these too, and they are said first.
    [GeneratedRegex(@"(?:returned error:|HTTP) 4(?!08|29)\d\d\b|Permission denied|Host key verification failed|Authentication failed", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Refusal();
}
