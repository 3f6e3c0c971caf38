using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace ClaudeCluster.Architecture.Tests.PublicApi;

/// <summary>Members that others can see, as C# declares them. What the compiler writes into every record is left out.</summary>
internal static class MemberText
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly string[] AccessorPrefixes = ["get_", "set_", "add_", "remove_"];

    private static readonly NullabilityInfoContext Nullability = new();

    public static IEnumerable<string> Of(Type type)
    {
        if (type.IsEnum)
            return Enum.GetValues(type).Cast<object>().Select(value => $"{value} = {Convert.ToInt64(value, CultureInfo.InvariantCulture)}");
        if (typeof(Delegate).IsAssignableFrom(type))
            return [];
        return InOrder(type.GetConstructors(Declared).Where(constructor => !constructor.IsStatic && IsSeen(constructor)), Constructor)
            .Concat(InOrder(type.GetFields(Declared).Where(IsSeen), Field))
            .Concat(InOrder(type.GetProperties(Declared).Where(IsSeen), Property))
            .Concat(InOrder(type.GetEvents(Declared).Where(one => IsSeen(one.AddMethod!)), Event))
            .Concat(InOrder(type.GetMethods(Declared).Where(method => IsSeen(method) && !IsAccessor(method)), Method));
    }

    public static string Signature(MethodInfo method, string name)
    {
        var extension = method.IsDefined(typeof(ExtensionAttribute), inherit: false) ? "this " : "";
        return $"{TypeText.Name(Nullability.Create(method.ReturnParameter))} {name}({extension}{Parameters(method)})";
    }

    /// <summary>Reflection promises no order; names do.</summary>
    private static IEnumerable<string> InOrder<TMember>(IEnumerable<TMember> members, Func<TMember, string> text)
        where TMember : MemberInfo => members
            .Select(member => (member.Name, Text: text(member)))
            .OrderBy(member => member.Name, StringComparer.Ordinal)
            .ThenBy(member => member.Text, StringComparer.Ordinal)
            .Select(member => member.Text);

    private static bool IsSeen(MethodBase method) =>
        (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && (!IsWrittenByTheCompiler(method) || IsAccessor(method));

    private static bool IsSeen(FieldInfo field) => (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly) && !IsWrittenByTheCompiler(field);

    private static bool IsSeen(PropertyInfo property) => property.Name != "EqualityContract" && property.GetAccessors(nonPublic: true).Any(IsSeen);

    private static bool IsWrittenByTheCompiler(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

    private static bool IsAccessor(MethodBase method) =>
        method.IsSpecialName && AccessorPrefixes.Any(prefix => method.Name.StartsWith(prefix, StringComparison.Ordinal));

    private static string Constructor(ConstructorInfo constructor) =>
        $"{Access(constructor)} {constructor.DeclaringType!.Name.Split('`')[0]}({Parameters(constructor)})";

    private static string Field(FieldInfo field)
    {
        var kind = field.IsLiteral ? "const " : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");
        var value = field.IsLiteral ? " = " + Literal(field.GetRawConstantValue()) : "";
        return $"{(field.IsPublic ? "public" : "protected")} {kind}{TypeText.Name(Nullability.Create(field))} {field.Name}{value}";
    }

    private static string Property(PropertyInfo property)
    {
        var seen = property.GetAccessors(nonPublic: true).Where(IsSeen).ToList();
        var widest = seen.OrderByDescending(accessor => accessor.IsPublic).First();
        var required = property.IsDefined(typeof(RequiredMemberAttribute), inherit: false) ? "required " : "";
        var accessors = string.Concat(seen.Select(accessor => $"{(accessor.IsPublic == widest.IsPublic ? "" : "protected ")}{Word(property, accessor)}; "));
        var indices = property.GetIndexParameters() is { Length: > 0 } index ? $"this[{string.Join(", ", index.Select(Parameter))}]" : property.Name;
        return $"{Modifiers(widest)}{required}{TypeText.Name(Nullability.Create(property))} {indices} {{ {accessors}}}";
    }

    private static string Word(PropertyInfo property, MethodInfo accessor) =>
        accessor == property.GetMethod ? "get"
        : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init"
        : "set";

    private static string Event(EventInfo one) => $"{Modifiers(one.AddMethod!)}event {TypeText.Name(one.EventHandlerType!)} {one.Name}";

    private static string Method(MethodInfo method)
    {
        var generics = method.GetGenericArguments();
        var name = generics.Length == 0 ? method.Name : $"{method.Name}<{string.Join(", ", generics.Select(TypeText.Name))}>";
        return $"{Modifiers(method)}{Signature(method, name)}{TypeText.Constraints(generics)}";
    }

    private static string Modifiers(MethodBase method)
    {
        if (method.DeclaringType!.IsInterface)
            return method.IsStatic ? "static " : method.IsAbstract ? "" : "default ";
        var isOverride = method is MethodInfo info && info.GetBaseDefinition() != info;
        var kind = method.IsStatic ? "static "
            : isOverride ? (method.IsFinal ? "sealed override " : method.IsAbstract ? "abstract override " : "override ")
            : method.IsAbstract ? "abstract "
            : method.IsVirtual && !method.IsFinal ? "virtual " : "";
        return $"{Access(method)} {kind}";
    }

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var passing = parameter.IsDefined(typeof(ParamArrayAttribute), inherit: false) ? "params "
            : parameter.IsOut ? "out "
            : parameter.ParameterType.IsByRef ? (parameter.IsIn ? "in " : "ref ") : "";
        var value = parameter.HasDefaultValue ? " = " + Default(parameter) : "";
        return $"{passing}{TypeText.Name(Nullability.Create(parameter))} {parameter.Name}{value}";
    }

    private static string Default(ParameterInfo parameter) =>
        parameter.RawDefaultValue is null ? (parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default" : "null")
        : parameter.ParameterType.IsEnum ? $"{TypeText.Name(parameter.ParameterType)}.{Enum.ToObject(parameter.ParameterType, parameter.RawDefaultValue)}"
        : Literal(parameter.RawDefaultValue);

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool yes => yes ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
