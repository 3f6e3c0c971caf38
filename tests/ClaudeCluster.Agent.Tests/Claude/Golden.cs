using System.Runtime.CompilerServices;

namespace ClaudeCluster.Agent.Tests;

/// <summary>
/// Compares a text byte for byte with a file in <c>Goldens/</c>. To approve what changed, run the tests once with
/// <c>APPROVE=1</c> and read <c>git diff</c>.
/// </summary>
internal static class Golden
{
    public static void Matches(string name, string text, [CallerFilePath] string here = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(here)!, "Goldens", name);
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            File.WriteAllText(file, text);
            return;
        }

        Assert.True(File.Exists(file), $"There is no {file}. Run the tests once with APPROVE=1 and read the new file.");
        Assert.True(text == File.ReadAllText(file), $"The text differs from {file}. If it should, run the tests once with APPROVE=1 and read `git diff`.\n{text}");
    }
}
