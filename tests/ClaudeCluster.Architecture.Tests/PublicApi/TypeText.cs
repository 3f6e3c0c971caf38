using System.Reflection;

namespace ClaudeCluster.Architecture.Tests.PublicApi;

/// <summary>Types as C# names them.</summary>
internal static class TypeText
{
    private const BindingFlags AllInstance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(char)] = "char",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    public static bool IsVisible(Type type) => type.IsNested ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!) : type.IsPublic;

    public static bool IsRecord(Type type) => type.GetMethod("PrintMembers", AllInstance) is not null;

    /// <summary>"Outer.Inner&lt;T&gt;", without the namespace: names in these packages are unique enough to read.</summary>
    public static string Name(Type type)
    {
        if (type.IsGenericParameter)
            return type.Name;
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        var own = type.Name.Split('`')[0];
        var outer = type.IsNested ? Name(type.DeclaringType!) + "." : "";
        var arguments = type.GetGenericArguments().Skip(type.IsNested ? type.DeclaringType!.GetGenericArguments().Length : 0).Select(Name).ToList();
        return outer + own + (arguments.Count == 0 ? "" : $"<{string.Join(", ", arguments)}>");
    }

    /// <summary>The same with its question marks.</summary>
    public static string Name(NullabilityInfo info)
    {
        var type = info.Type.IsByRef ? info.Type.GetElementType()! : info.Type;
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Name(value) + "?";
        // Of an unconstrained T, reflection calls "T" nullable too; no mark is better than a wrong one.
        var mark = !type.IsValueType && !type.IsGenericParameter && info.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray)
            return (info.ElementType is null ? Name(type.GetElementType()!) : Name(info.ElementType)) + "[]" + mark;
        if (info.GenericTypeArguments.Length == 0 || type.IsNested)
            return Name(type) + mark;
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", info.GenericTypeArguments.Select(Name))}>{mark}";
    }

    public static string Declaration(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
            return $"public delegate {MemberText.Signature(type.GetMethod("Invoke")!, Name(type))}{Constraints(type.GetGenericArguments())}";
        var bases = Bases(type).ToList();
        return $"{Modifiers(type)}{Kind(type)} {Name(type)}{(bases.Count == 0 ? "" : " : " + string.Join(", ", bases))}{Constraints(type.GetGenericArguments())}";
    }

    public static string Constraints(IEnumerable<Type> parameters) => string.Concat(parameters.Where(type => type.IsGenericParameter).Select(Constraint));

    private static string Constraint(Type parameter)
    {
        var rules = new List<string>();
        var attributes = parameter.GenericParameterAttributes;
        if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            rules.Add("class");
        if (attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
            rules.Add("struct");
        rules.AddRange(parameter.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(Name));
        if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !rules.Contains("struct"))
            rules.Add("new()");
        return rules.Count == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", rules)}";
    }

    private static string Modifiers(Type type)
    {
        var access = type.IsNestedFamily || type.IsNestedFamORAssem ? "protected " : "public ";
        if (type.IsEnum || type.IsInterface)
            return access;
        if (type.IsValueType)
            return access + (type.GetCustomAttributes().Any(a => a.GetType().Name == "IsReadOnlyAttribute") ? "readonly " : "");
        return access + (type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "");
    }

    private static string Kind(Type type) =>
        type.IsEnum ? "enum"
        : type.IsInterface ? "interface"
        : (IsRecord(type) ? "record " : "") + (type.IsValueType ? "struct" : "class");

    private static IEnumerable<string> Bases(Type type)
    {
        if (type.IsEnum)
            yield break;
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
            yield return Name(parent);
        var inherited = (type.BaseType?.GetInterfaces() ?? []).Concat(type.GetInterfaces().SelectMany(one => one.GetInterfaces())).ToHashSet();
        foreach (var name in type.GetInterfaces().Where(one => one.IsVisible && !inherited.Contains(one) && !IsEquatableOfRecord(type, one)).Select(Name).Order(StringComparer.Ordinal))
            yield return name;
    }

    private static bool IsEquatableOfRecord(Type type, Type one) => IsRecord(type) && one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IEquatable<>);
}
