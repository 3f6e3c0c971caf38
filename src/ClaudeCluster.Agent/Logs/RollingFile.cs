using System.Globalization;
using System.Text;

namespace ClaudeCluster.Agent;

/// <summary>
/// A log file that is put aside when it has grown: <c>agent.log</c>, <c>agent.log.1</c> (the youngest), <c>agent.log.2</c>, … Each line is
/// redacted before its first byte is written. A disk that is full loses lines, never the work.
/// </summary>
public sealed class RollingFile(string path, long mostBytes, int files, Func<string, string> redact) : IDisposable
{
    private readonly Lock _lock = new();
    private StreamWriter? _writer;
    private (int Lines, string Why) _lost;

    public void WriteLine(string line)
    {
        var clean = redact(line);
        lock (_lock)
        {
            try
            {
                _writer ??= Open();
                if (_lost.Lines > 0)
                    _writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"({_lost.Lines} lines could not be written here: {_lost.Why})"));
                _writer.WriteLine(clean);
                _writer.Flush();
                _lost = default;
                if (_writer.BaseStream.Length > mostBytes)
                    PutAside();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                // It has nowhere to say so but here, as soon as it can.
                _lost = (_lost.Lines + 1, failure.Message);
                _writer = null;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            try
            {
                _writer?.Dispose();
            }
            catch (IOException)
            {
                // What did not fit on the disk.
            }

            _writer = null;
        }
    }

    private StreamWriter Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        return new StreamWriter(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), options);
    }

    private void PutAside()
    {
        _writer?.Dispose();
        _writer = null;
        File.Delete(Aside(files));
        for (var number = files - 1; number >= 1; number--)
        {
            if (File.Exists(Aside(number)))
                File.Move(Aside(number), Aside(number + 1), overwrite: true);
        }

        File.Move(path, Aside(1), overwrite: true);
    }

    private string Aside(int number) => string.Create(CultureInfo.InvariantCulture, $"{path}.{number}");
}
