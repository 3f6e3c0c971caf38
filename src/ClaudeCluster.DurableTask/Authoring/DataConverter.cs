using System.Text.Encodings.Web;
using System.Text.Json;

namespace ClaudeCluster.DurableTask;

/// <summary>How inputs, outputs, events and statuses become text.</summary>
public abstract class DataConverter
{
    /// <summary>Null becomes null. A declared type keeps what only the base type knows, such as a discriminator.</summary>
    public abstract string? Serialize(object? value, Type? declaredType = null);

    /// <summary>Null, or a JSON null, becomes the type's default.</summary>
    public abstract object? Deserialize(string? data, Type targetType);

    public T? Deserialize<T>(string? data) => (T?)(Deserialize(data, typeof(T)) ?? default(T));
}

/// <summary>System.Text.Json, with fields, and with text left readable.</summary>
public sealed class JsonDataConverter(JsonSerializerOptions? options = null) : DataConverter
{
    private readonly JsonSerializerOptions _options = options ?? new JsonSerializerOptions
    {
        IncludeFields = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static JsonDataConverter Default { get; } = new();

    public override string? Serialize(object? value, Type? declaredType = null) =>
        value is null ? null : JsonSerializer.Serialize(value, declaredType ?? value.GetType(), _options);

    public override object? Deserialize(string? data, Type targetType)
    {
        var value = data is null ? null : JsonSerializer.Deserialize(data, targetType, _options);
        return value is null && targetType.IsValueType ? Activator.CreateInstance(targetType) : value;
    }
}
