namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>A parameter of a statement, without a box around it.</summary>
internal readonly struct SqliteValue
{
    private SqliteValue(long number) => (Number, IsNumber) = (number, true);

    private SqliteValue(string? text) => Text = text;

    private SqliteValue(byte[] utf8) => Utf8 = utf8;

    public bool IsNumber { get; }

    public long Number { get; }

    public string? Text { get; }

    /// <summary>Text that is encoded already.</summary>
    public byte[]? Utf8 { get; }

    public static implicit operator SqliteValue(long number) => new(number);

    public static implicit operator SqliteValue(long? number) => number is { } known ? new(known) : default;

    public static implicit operator SqliteValue(bool flag) => new(flag ? 1 : 0);

    public static implicit operator SqliteValue(string? text) => new(text);

    public static implicit operator SqliteValue(byte[] utf8) => new(utf8);
}
