using Npgsql;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>
/// The address of a database as other tools write it: <c>postgresql://user:password@host:port/database?sslmode=require</c>, or with the folder
/// of a socket, <c>postgresql:///database?host=/run/postgresql</c>.
/// </summary>
public static class PostgresUrl
{
    /// <summary>True for what begins as such an address.</summary>
    public static bool Is(string text) =>
        text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase);

    /// <summary>The same as Npgsql takes it.</summary>
    /// <exception cref="FormatException">It is no such address. The message does not repeat it, since it may hold a password.</exception>
    public static string ToConnectionString(string url)
    {
        if (!Is(url) || !Uri.TryCreate(url, UriKind.Absolute, out var address))
            throw NoAddress();
        var builder = new NpgsqlConnectionStringBuilder { Host = Uri.UnescapeDataString(address.Host) };
        if (address.Port > 0)
            builder.Port = address.Port;
        if (address.AbsolutePath.Length > 1)
            builder.Database = Uri.UnescapeDataString(address.AbsolutePath[1..]);
        if (address.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var rest])
        {
            builder.Username = Uri.UnescapeDataString(user);
            if (rest is [var password])
                builder.Password = Uri.UnescapeDataString(password);
        }

        foreach (var part in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            Set(builder, part);
        return builder.Host is { Length: > 0 } ? builder.ConnectionString : throw NoAddress();
    }

    private static FormatException NoAddress() => new("It does not read as postgresql://user:password@host:port/database.");

    private static void Set(NpgsqlConnectionStringBuilder builder, string part)
    {
        if (part.Split('=', 2) is not [var key, var value])
            throw new FormatException($"'{part}' after the question mark is not of the form key=value.");
        var text = Uri.UnescapeDataString(value);
        try
        {
            // libpq's words for what Npgsql calls otherwise, such as verify-full for VerifyFull.
            builder[key switch
            {
                "sslmode" => "SSL Mode",
                "sslrootcert" => "Root Certificate",
                "application_name" => "Application Name",
                "connect_timeout" => "Timeout",
                _ => key,
            }] = key == "sslmode" ? text.Replace("-", string.Empty, StringComparison.Ordinal) : text;
        }
        catch (Exception e) when (e is ArgumentException or KeyNotFoundException)
        {
            throw new FormatException($"The setting '{key}' after the question mark is not known.", e);
        }
    }
}
