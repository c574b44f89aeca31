using System.Runtime.ExceptionServices;

namespace PerfGate.K6.Scripting;

/// <summary>
/// Threads that scripts run on. Their stack holds the deepest recursion that a script may have
/// (<see cref="Vu.MostRecursion"/>), which the stacks of a pool's threads do not.
/// </summary>
internal static class ScriptThread
{
    private const int StackBytes = 16 * 1024 * 1024;

    /// <summary>Makes a thread; it is not started, and does not keep the process alive.</summary>
    public static Thread Create(Action work, string name) =>
        new(() => work(), StackBytes) { IsBackground = true, Name = name };

    /// <summary>Does something on such a thread and waits for it; what it throws is thrown here.</summary>
    public static T Run<T>(Func<T> work, string name)
    {
        var result = default(T);
        ExceptionDispatchInfo? thrown = null;
        var thread = Create(
            () =>
            {
                try
                {
                    result = work();
                }
#pragma warning disable CA1031 // It is thrown again, where it was asked for.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    thrown = ExceptionDispatchInfo.Capture(e);
                }
            },
            name
        );
        thread.Start();
        thread.Join();
        thrown?.Throw();
        return result!;
    }
}
