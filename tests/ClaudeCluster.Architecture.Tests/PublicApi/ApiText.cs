using System.Reflection;
using System.Text;

namespace ClaudeCluster.Architecture.Tests.PublicApi;

/// <summary>The public surface of an assembly as text: one line for each type and member, in the words of C#, in an order that never changes.</summary>
internal static class ApiText
{
    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var space in assembly.GetExportedTypes().Where(TypeText.IsVisible).GroupBy(type => type.Namespace, StringComparer.Ordinal).OrderBy(space => space.Key, StringComparer.Ordinal))
        {
            text.Append("namespace ").Append(space.Key).Append('\n');
            foreach (var type in space.OrderBy(TypeText.Name, StringComparer.Ordinal))
                Append(text, type);
            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static void Append(StringBuilder text, Type type)
    {
        text.Append("\n  ").Append(TypeText.Declaration(type)).Append('\n');
        foreach (var line in MemberText.Of(type))
            text.Append("    ").Append(line).Append('\n');
    }
}
