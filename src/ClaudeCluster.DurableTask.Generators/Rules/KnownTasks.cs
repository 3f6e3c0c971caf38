using System.Collections.Concurrent;
using ClaudeCluster.DurableTask.Generators.Calls;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace ClaudeCluster.DurableTask.Generators.Rules;

/// <summary>The tasks of an assembly by their names, as they are met while it is analysed.</summary>
internal sealed class KnownTasks
{
    private readonly ConcurrentDictionary<string, ConcurrentBag<(ITypeSymbol Input, ITypeSymbol Output)>> _tasks = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> _registered = new(StringComparer.OrdinalIgnoreCase);
    private int _registrations, _unknown;

    /// <summary>Tasks are registered in this assembly, each under a name that the compiler knows.</summary>
    public bool AreAll => _registrations > 0 && _unknown == 0;

    public bool IsRegistered(string name) => _registered.ContainsKey(name);

    /// <summary>What the name means, each meaning once.</summary>
    public List<(ITypeSymbol Input, ITypeSymbol Output)> Find(string name)
    {
        var found = new List<(ITypeSymbol Input, ITypeSymbol Output)>();
        if (!_tasks.TryGetValue(name, out var tasks))
            return found;
        foreach (var task in tasks)
        {
            if (!found.Exists(one => Same(one.Input, task.Input) && Same(one.Output, task.Output)))
                found.Add(task);
        }

        return found;
    }

    public void AddClass(INamedTypeSymbol type)
    {
        if (type.IsAbstract || DeclaredTask.ShapeOf(type) is not { } shape)
            return;
        var attribute = type.GetAttributes().FirstOrDefault(one => EngineNames.Is(one.AttributeClass, EngineNames.TaskAttribute));
        Add((attribute is null ? null : DeclaredTask.NameIn(attribute)) ?? type.Name, shape.TypeArguments[0], shape.TypeArguments[1]);
    }

    public void AddRegistration(IInvocationOperation call, IAssemblySymbol assembly)
    {
        if (call.TargetMethod.Name == RegistrationText.MethodName)
            Interlocked.Increment(ref _registrations);
        if (!EngineNames.Is(call.TargetMethod.ContainingType, EngineNames.Registry))
        {
            // Somebody else's method that fills the registry: under which names, is not seen from here.
            if (call.Arguments.Any(argument => EngineNames.Is(argument.Value.Type, EngineNames.Registry))
                && !SymbolEqualityComparer.Default.Equals(call.TargetMethod.ContainingAssembly, assembly))
                Interlocked.Increment(ref _unknown);
            return;
        }

        var method = call.TargetMethod;
        if (!method.Name.StartsWith("Add", StringComparison.Ordinal))
            return;
        Interlocked.Increment(ref _registrations);
        var isClass = method is { Name: "AddOrchestrator" or "AddActivity", TypeArguments.Length: 1 };
        var name = CallByName.NameIn(call)?.Text;
        if (name is null && !(isClass && method.Parameters.IsEmpty))
            Interlocked.Increment(ref _unknown);
        else if (name is not null)
            Register(name, method, isClass);
        else
            _registered[method.TypeArguments[0].Name] = true;
    }

    private void Register(string name, IMethodSymbol method, bool isClass)
    {
        _registered[name] = true;
        if (isClass && DeclaredTask.ShapeOf(method.TypeArguments[0]) is { } shape)
            Add(name, shape.TypeArguments[0], shape.TypeArguments[1]);
        else if (method is { Name: "AddOrchestratorFunc" or "AddActivityFunc", TypeArguments.Length: 2 })
            Add(name, method.TypeArguments[0], method.TypeArguments[1]);
    }

    private void Add(string name, ITypeSymbol input, ITypeSymbol output) => _tasks.GetOrAdd(name, _ => []).Add((input, output));

    private static bool Same(ITypeSymbol left, ITypeSymbol right) => SymbolEqualityComparer.Default.Equals(left, right);
}
