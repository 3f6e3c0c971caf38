using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace ClaudeCluster.Runner;

/// <summary>
/// How the command speaks. For people: plain lines, coloured only on a terminal. For programs (<c>--json</c>): exactly one
/// object on standard output, while progress goes to standard error.
/// </summary>
internal sealed class Output
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly TextWriter _answers;
    private readonly IAnsiConsole _people;

    public Output(TextWriter standardOutput, TextWriter standardError, bool isJson, bool isTerminal)
    {
        IsJson = isJson;
        _answers = standardOutput;
        _people = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(isJson ? standardError : standardOutput),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        // A line is as long as it is: whoever reads a pipe wraps it himself.
        _people.Profile.Width = 10_000;
    }

    public bool IsJson { get; }

    /// <summary>Part of the answer for people; programs get it by <see cref="Answer"/>.</summary>
    public void Line(string text = "") => Report(() => Write(text));

    /// <inheritdoc cref="Line"/>
    public void Heading(string text) => Report(() => _people.Write(new Text($"\n{Printable(text)}\n", new Style(decoration: Decoration.Bold))));

    /// <inheritdoc cref="Line"/>
    public void Good(string text) => Report(() => Marked("✓", Color.Green, text));

    /// <summary>What happens meanwhile.</summary>
    public void Note(string text) => Marked("·", Color.Grey, text);

    public void Bad(string text) => Marked("✗", Color.Red, text);

    /// <summary>A line of a log.</summary>
    public void Logged(LogLevel level, string text)
    {
        if (level >= LogLevel.Error)
            Bad(text);
        else
            Note(text);
    }

    /// <summary>The one answer of <c>--json</c>; nothing for people.</summary>
    public void Answer(object answer)
    {
        if (IsJson)
            _answers.WriteLine(JsonSerializer.Serialize(answer, Json));
    }

    public void Error(string code, IReadOnlyList<Problem> problems)
    {
        Answer(new { Error = new { Code = code, Problems = problems } });
        foreach (var problem in problems)
            Bad(problem.ToString());
    }

    private void Marked(string mark, Color colour, string text)
    {
        _people.Write(new Text(mark + " ", new Style(colour)));
        Write(text);
    }

    private void Report(Action write)
    {
        if (!IsJson)
            write();
    }

    private void Write(string text) => _people.Write(new Text(Printable(text) + "\n"));

    /// <summary>An issue's title must not steer the terminal: control characters other than line ends and tabs are shown, not sent.</summary>
    private static string Printable(string text)
    {
        if (!text.Any(IsUnsafe))
            return text;
        return string.Concat(text.Select(c => IsUnsafe(c) ? "\uFFFD" : c.ToString()));

        static bool IsUnsafe(char c) => (char.IsControl(c) && c is not ('\n' or '\t')) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u200E' or '\u200F';
    }
}
