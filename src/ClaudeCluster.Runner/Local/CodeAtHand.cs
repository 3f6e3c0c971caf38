using System.Reflection;
using System.Runtime.Loader;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.Runner;

/// <summary>The orchestrators that histories are held against: those of this tool, and those of an assembly of yours.</summary>
internal static class CodeAtHand
{
    public static DurableTaskRegistry Own() => new DurableTaskRegistry().AddIssueToPullRequest();

    /// <summary>The assembly's orchestrators under their own names, before those of this tool.</summary>
    /// <exception cref="BadInputException">The file is no assembly that can be loaded, or it holds no orchestrator.</exception>
    public static DurableTaskRegistry From(string file)
    {
        var types = Load(file).Where(type => type is { IsAbstract: false, ContainsGenericParameters: false } && type.IsAssignableTo(typeof(ITaskOrchestrator))).ToList();
        if (types.Count == 0)
            throw new BadInputException("--code", $"There is no orchestrator in {file}.", "Name the assembly with the classes that derive from TaskOrchestrator.");
        var registry = Own();
        foreach (var type in types.Where(type => !registry.Orchestrators.Contains(DurableTaskAttribute.NameOf(type))))
            registry.AddOrchestrator(DurableTaskAttribute.NameOf(type), () => (ITaskOrchestrator)ActivatorUtilities.CreateInstance(NoServices, type));
        return registry;
    }

    public static IServiceProvider NoServices { get; } = new ServiceCollection().BuildServiceProvider();

    private static Type[] Load(string file)
    {
        try
        {
            return new Neighbours(file).LoadFromAssemblyPath(file).GetTypes();
        }
        catch (Exception failure) when (failure is IOException or BadImageFormatException or ReflectionTypeLoadException)
        {
            throw new BadInputException("--code", $"{file} cannot be loaded: {failure.Message}", "Name a built assembly (.dll) in its output folder, with all that it needs beside it.");
        }
    }

    /// <summary>What the assembly needs comes from beside it, but the engine is the one of this tool: else its types would be others.</summary>
    private sealed class Neighbours(string file) : AssemblyLoadContext(nameof(CodeAtHand))
    {
        private readonly AssemblyDependencyResolver _beside = new(file);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var isOurs = Default.Assemblies.Any(loaded => loaded.GetName().Name == assemblyName.Name);
            return !isOurs && _beside.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
        }
    }
}
