namespace PerfGate.K6.Cli;

/// <summary>Where the log goes: <c>--log-output</c> stderr, stdout, none or file=PATH.</summary>
internal sealed class LogTarget : IDisposable
{
    private readonly StreamWriter? _file;

    private LogTarget(TextWriter? writer, StreamWriter? file = null)
    {
        Writer = writer;
        _file = file;
    }

    /// <summary>Null where there is to be no log.</summary>
    public TextWriter? Writer { get; }

    public static LogTarget Open(string? target)
    {
        if (target?.StartsWith("file=", StringComparison.Ordinal) == true)
        {
            var file = new StreamWriter(target["file=".Length..].Split(',')[0], append: true);
            return new LogTarget(file, file);
        }
        return new LogTarget(
            target switch
            {
                "none" => null,
                "stdout" => Console.Out,
                _ => Console.Error,
            }
        );
    }

    public void Dispose() => _file?.Dispose();
}
