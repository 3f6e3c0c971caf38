using System.Runtime.CompilerServices;

namespace ClaudeCluster.Architecture.Tests;

/// <summary>The rules of shape and naming that can be counted. Each has a reader in mind who opens the folder for the first time.</summary>
public sealed class ShapeTests
{
    private const int MostLines = 300;

    private static readonly string[] FoldersThatSayNothing =
        ["Models", "Services", "Helpers", "Utils", "Utilities", "Common", "Shared", "Misc", "Interfaces", "Managers", "Core"];

    private static readonly string[] EndingsThatSayNothing = ["Manager", "Helper", "Helpers", "Util", "Utils", "Base", "Common"];

    [Fact]
    public void Folder_is_a_word_of_the_product() =>
        Findings.None(Repository.ProductFiles.Where(file => file.Split('/')[..^1].Intersect(FoldersThatSayNothing, StringComparer.OrdinalIgnoreCase).Any()));

    [Fact]
    public void Folder_has_its_place_on_the_map()
    {
        var words = Repository.Read("ARCHITECTURE.md").Split([' ', '\n', '`', '/', '(', ')', ':', '·'], StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);

        // src/Project/Folder/File: the first folder of each file.
        var folders = Repository.ProductFiles.Select(file => file.Split('/')).Where(parts => parts.Length > 3).Select(parts => $"{parts[1]}/{parts[2]}").Distinct();

        Findings.None(folders.Where(folder => !words.Contains(folder.Split('/')[1])));
    }

    [Fact]
    public void File_holds_one_concept_and_so_stays_short()
    {
        var tooLong = Repository.ProductCode
            .Select(file => (File: file, Lines: File.ReadLines(Path.Combine(Repository.Root, file)).Count()))
            .Where(file => file.Lines > MostLines)
            .Select(file => $"{file.File} has {file.Lines} lines: which second concept moved in?");

        Findings.None(tooLong);
    }

    [Fact]
    public void Type_says_what_it_does()
    {
        var vague =
            from project in Repository.Projects
            from type in Repository.Load(project).GetTypes()
            where !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            let name = type.Name.Split('`')[0]
            where EndingsThatSayNothing.Any(ending => name.EndsWith(ending, StringComparison.Ordinal))
            select type.FullName;

        Findings.None(vague);
    }
}
