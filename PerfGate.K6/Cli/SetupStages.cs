using Jint;
using Jint.Native;
using Jint.Native.Json;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Cli;

/// <summary>setup() and teardown(), each within its time.</summary>
internal sealed class SetupStages(LoadedTest test)
{
    private readonly TestContext _context = test.Context;

    /// <summary>Runs setup() and keeps what it returned; the exit code, 0 where the load can start.</summary>
    public async Task<int> SetUpAsync()
    {
        if (_context.Options.NoSetup || !Has("setup"))
        {
            return 0;
        }
        return await RunAsync(
            "setup",
            _context.Options.SetupTimeout,
            ExitCodes.SetupTimeout,
            () =>
            {
                var result = test.First.RunFunction("setup", []);
                if (!result.IsUndefined())
                {
                    var json = new JsonSerializer(test.First.Engine).Serialize(result);
                    _context.SetupData = json.IsString() ? json.ToString() : null;
                }
            }
        );
    }

    /// <summary>Runs teardown(), after a stop as well; the exit code.</summary>
    public async Task<int> TearDownAsync()
    {
        if (_context.Options.NoTeardown || !Has("teardown"))
        {
            return 0;
        }
        return await RunAsync(
            "teardown",
            _context.Options.TeardownTimeout,
            ExitCodes.TeardownTimeout,
            () => test.First.RunFunction("teardown", [ScriptGlobals.SetupData(test.First, _context.SetupData)])
        );
    }

    private bool Has(string name) => test.First.Exports!.Get(name) is Jint.Native.Function.Function;

    private async Task<int> RunAsync(string name, TimeSpan limit, int timeoutCode, Action run)
    {
        var timedOut = false;
        test.First.Rearm();
        await using var timer = new Timer(
            _ =>
            {
                timedOut = true;
                test.First.Interrupt();
            },
            null,
            limit,
            Timeout.InfiniteTimeSpan
        );
        // A stop ends setup; teardown is what a stop is followed by.
        await using var stop = name == "setup" ? _context.Stopping.Register(test.First.Interrupt) : default;
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = ScriptThread.Create(
            () =>
            {
                try
                {
                    run();
                    done.SetResult(0);
                }
                catch (TestAbortedException e)
                {
                    _context.Abort(e.Message, ExitCodes.ScriptAborted);
                    done.SetResult(ExitCodes.ScriptAborted);
                }
                catch (Exception) when (timedOut)
                {
                    _context.Log.Error($"{name}() execution timed out after {limit.TotalSeconds:0} seconds");
                    done.SetResult(timeoutCode);
                }
                catch (Exception) when (_context.Stopping.IsCancellationRequested)
                {
                    done.SetResult(ExitCodes.ExternalAbort);
                }
                catch (Exception e) when (ScriptErrors.Describe(e) is { } description)
                {
                    _context.Log.Error(description, ("hint", "script exception"), ("source", "stacktrace"));
                    done.SetResult(ExitCodes.ScriptException);
                }
                catch (Exception e)
                {
                    done.SetException(e);
                }
            },
            name
        );
        thread.Start();
        return await done.Task;
    }
}
