namespace ClaudeCluster.Agent;

/// <summary>Where a secret stands: <c>env:NAME</c>, <c>file:/path</c>, or word for word, which is warned about. It never prints its value.</summary>
public abstract record SecretReference
{
    private const string VariablePrefix = "env:";
    private const string FilePrefix = "file:";

    private SecretReference()
    {
    }

    public sealed record Variable(string Name) : SecretReference
    {
        public override string ToString() => VariablePrefix + Name;
    }

    public sealed record InFile(string Path) : SecretReference
    {
        public override string ToString() => FilePrefix + Path;
    }

    public sealed record Literal(string Value) : SecretReference
    {
        public override string ToString() => "a value in the file";
    }

    public static SecretReference Parse(string text)
    {
        if (text.StartsWith(VariablePrefix, StringComparison.Ordinal))
            return new Variable(text[VariablePrefix.Length..].Trim());
        return text.StartsWith(FilePrefix, StringComparison.Ordinal) ? new InFile(text[FilePrefix.Length..].Trim()) : new Literal(text);
    }
}
