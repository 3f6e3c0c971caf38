using System.CommandLine;

namespace ClaudeCluster.Runner;

/// <summary>PURE. What is wrong with a command line, said once and with the word that was probably meant.</summary>
internal static class CommandLineProblems
{
    private const string Place = "command line";

    public static IReadOnlyList<Problem> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var isRoot = command.Subcommands.Count > 0;
        var name = string.Join(' ', Ancestors(command).Reverse().Append(command).Select(part => part.Name));
        var help = $"See '{name} --help'.";
        // What follows an unknown word is unknown too, and a required option may be the misspelled one: one slip, one message.
        if (parsed.UnmatchedTokens is [var unknown, ..])
            return [Unknown(unknown, command, isRoot, help)];
        if (isRoot)
            return [new Problem(Place, "It does not say what to do.", $"Give one of {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}, such as '{name} {command.Subcommands[0].Name}'. {help}")];
        return [.. parsed.Errors.Select(error => new Problem(Place, error.Message, help))];
    }

    private static Problem Unknown(string word, Command command, bool isRoot, string help)
    {
        var isOption = word.StartsWith('-');
        var known = isOption
            ? command.Options.Concat(Ancestors(command).SelectMany(parent => parent.Options.Where(option => option.Recursive))).Select(option => option.Name)
            : command.Subcommands.Select(verb => verb.Name);
        var reason = isOption ? $"There is no option '{word}'."
            : isRoot ? $"There is no command '{word}'."
            : $"'{word}' is one word too many. A text with blanks needs quotes around it.";
        return new Problem(Place, reason, Nearest.To(word, known) is { } meant ? $"Did you mean '{meant}'? {help}" : help);
    }

    /// <summary>What the command is a part of, the nearest first.</summary>
    private static IEnumerable<Command> Ancestors(Command command)
    {
        for (var above = command.Parents.OfType<Command>().FirstOrDefault(); above is not null; above = above.Parents.OfType<Command>().FirstOrDefault())
            yield return above;
    }
}
