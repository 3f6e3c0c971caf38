using ClaudeCluster.DurableTask.Storage.Postgres;
using Npgsql;

namespace ClaudeCluster.DurableTask.Tests.Stores;

/// <summary>Addresses of databases as other tools write them.</summary>
public sealed class PostgresUrlTests
{
    [Fact]
    public void Host_port_database_user_and_password_are_read_and_unescaped()
    {
        var read = Read("postgresql://me%40work:p%2Fss@db.example:6432/flows-2");

        Assert.Equal(("db.example", 6432, "flows-2", "me@work", "p/ss"), (read.Host, read.Port, read.Database, read.Username, read.Password));
    }

    [Theory]
    [InlineData("postgresql:///flows?host=/run/my-postgres")]
    [InlineData("postgres://me@localhost/flows?host=%2Frun%2Fmy-postgres")]
    public void The_folder_of_a_socket_stands_after_the_question_mark(string url) => Assert.Equal(("/run/my-postgres", "flows"), (Read(url).Host, Read(url).Database));

    [Fact]
    public void Libpq_s_words_are_understood_and_values_keep_their_hyphens()
    {
        var read = Read("postgresql://db/flows?sslmode=verify-full&application_name=claude-cluster&connect_timeout=7");

        Assert.Equal((SslMode.VerifyFull, "claude-cluster", 7), (read.SslMode, read.ApplicationName, read.Timeout));
    }

    [Theory]
    [InlineData("postgresql://")]
    [InlineData("postgresql:///flows")]
    [InlineData("mysql://db/flows")]
    [InlineData("postgresql://me:secret@db/flows?sslmode")]
    [InlineData("postgresql://me:secret@db/flows?nonsense=1")]
    [InlineData("postgresql://me:secret@db/flows?sslmode=sometimes")]
    public void What_cannot_be_used_is_refused_without_repeating_it(string url) =>
        Assert.DoesNotContain("secret", Assert.Throws<FormatException>(() => PostgresUrl.ToConnectionString(url)).Message, StringComparison.Ordinal);

    private static NpgsqlConnectionStringBuilder Read(string url) => new(PostgresUrl.ToConnectionString(url));
}
