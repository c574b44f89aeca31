using System.Diagnostics;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using PerfGate.K6.Executors;
using PerfGate.K6.Http;
using PerfGate.K6.Metrics;
using PerfGate.K6.Modules;

namespace PerfGate.K6.Scripting;

/// <summary>
/// A virtual user: a JavaScript engine with its globals, cookies and connections. One thread at a time runs it; that thread
/// blocks in requests and sleeps on purpose, as a user waits.
/// </summary>
public sealed class Vu : IDisposable
{
    /// <summary>Deepest recursion of a function of the script.</summary>
    public const int MostRecursion = 2000;

    private const int MostHeldSamples = 256;
    private static readonly TimeSpan LongestInit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(5);
    private static readonly long LongestHeld = Stopwatch.Frequency / 10;

    private readonly List<Sample> _samples = new(MostHeldSamples);
    private readonly HashSet<JsValue> _rejections = [];
    private CancellationTokenSource _interrupt = new();
    private ObjectInstance? _exports;
    private long _lastFlush = Stopwatch.GetTimestamp();
    private TagSet _tags = TagSet.Empty;
    private readonly Dictionary<string, string?> _ownTags = [];

    /// <summary>Makes a VU and runs the script's init code.</summary>
    /// <param name="test">What it shares with the others.</param>
    /// <param name="id">Its number in this process, from 1; 0 for the one that runs setup and teardown.</param>
    /// <exception cref="ScriptException">The init code asks for something unsupported.</exception>
    /// <exception cref="JavaScriptException">The init code threw.</exception>
    public Vu(TestContext test, int id)
    {
        Test = test;
        Id = id;
        GlobalId = id == 0 ? 0 : test.Segment.Global(id - 1) + 1;
        Http = new HttpSession(this);
        Engine = new Engine(options =>
        {
            options.Modules.ModuleLoader = new SharedModuleLoader(test.Source);
            options.LimitRecursion(MostRecursion);
            // Recursion that is no call, of getters and coercions, would overflow the stack and end the process.
            options.Constraints.StackOverflowGuard = true;
            options.RegexTimeoutInterval(LongestMatch);
            options.Constraint(new InterruptConstraint(this));
        });
        Engine.Advanced.PromiseRejectionTracker += (_, rejection) =>
        {
            if (rejection.Operation == Jint.Native.Promise.PromiseRejectionOperation.Reject)
            {
                _rejections.Add(rejection.Value ?? JsValue.Undefined);
            }
            else
            {
                _rejections.Remove(rejection.Value ?? JsValue.Undefined);
            }
        };
        ScriptGlobals.Install(this);
        ModuleCatalog.Install(this);
    }

    /// <summary>What it shares with the others.</summary>
    public TestContext Test { get; }

    /// <summary>Its number in this process, from 1.</summary>
    public int Id { get; }

    /// <summary>Its number in the whole test, from 1.</summary>
    public long GlobalId { get; }

    /// <summary>Its JavaScript.</summary>
    public Engine Engine { get; }

    /// <summary>Its events.</summary>
    public EventLoop Loop { get; } = new();

    /// <summary>Its connections and cookies.</summary>
    public HttpSession Http { get; }

    /// <summary>Whether init code is running.</summary>
    public bool IsInit { get; private set; } = true;

    /// <summary>The scenario it works for; null outside of scenarios.</summary>
    public ScenarioState? Scenario { get; private set; }

    /// <summary>Iterations it has begun in all scenarios, minus one: <c>__ITER</c>.</summary>
    public long Iteration { get; private set; } = -1;

    /// <summary>The same within its scenario.</summary>
    public long ScenarioIteration { get; private set; } = -1;

    /// <summary>Number of its iteration in the scenario, in this process and in the whole test.</summary>
    public (long Local, long Global) ScenarioIterationNumber { get; private set; }

    /// <summary>Current group path; empty outside groups.</summary>
    public string Group { get; private set; } = "";

    /// <summary>Tags of what is measured now.</summary>
    public TagSet Tags
    {
        get => _tags;
        set => _tags = value;
    }

    /// <summary>Cancelled when the iteration must end now.</summary>
    public CancellationToken Interrupted => _interrupt.Token;

    /// <summary>The exports of the script; null before the init code was run.</summary>
    public ObjectInstance? Exports => _exports;

    /// <summary>Sets a tag for all the VU measures from now on, or takes it away (<c>exec.vu.metrics.tags</c>).</summary>
    public void SetOwnTag(string name, string? value)
    {
        _ownTags[name] = value;
        _tags = value is null ? _tags.Without(name) : _tags.With(name, value);
    }

    /// <summary>Runs the init code.</summary>
    /// <exception cref="ScriptException">It did not end within 60 s.</exception>
    public void Initialize()
    {
        using var limit = new Timer(_ => Interrupt(), null, LongestInit, Timeout.InfiniteTimeSpan);
        try
        {
            _exports = Engine.Modules.Import(Test.Source.Main);
            Loop.Run(Engine, () => false, Interrupted);
        }
        catch (OperationCanceledException) when (Interrupted.IsCancellationRequested)
        {
            throw new ScriptException($"the init code did not end within {LongestInit.TotalSeconds} s");
        }
        IsInit = false;
    }

    /// <summary>Cuts the iteration off. From any thread.</summary>
    public void Interrupt()
    {
        try
        {
            _interrupt.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The VU went on to its next activation at this moment.
        }
    }

    /// <summary>Makes it able to run again after it was cut off.</summary>
    public void Rearm()
    {
        if (_interrupt.IsCancellationRequested)
        {
            _interrupt.Dispose();
            _interrupt = new CancellationTokenSource();
        }
    }

    /// <summary>Makes it work for a scenario.</summary>
    public void Activate(ScenarioState scenario)
    {
        Rearm();
        if (!ReferenceEquals(Scenario, scenario))
        {
            ScenarioIteration = -1;
        }
        Scenario = scenario;
        ScriptGlobals.SetEnvironment(this, scenario.Options.Env);
    }

    /// <summary>Runs one iteration; false where it was cut off.</summary>
    public bool RunIteration()
    {
        var scenario = Scenario ?? throw new InvalidOperationException("the VU is not active");
        Iteration++;
        ScenarioIteration++;
        ScenarioIterationNumber = scenario.NextIteration();
        Engine.Global.Set("__ITER", Iteration);
        _tags = IterationTags(scenario);
        var started = Stopwatch.GetTimestamp();
        var complete = Run(scenario.Options.Exec, Test.SetupData, scenario);
        var ended = Stopwatch.GetTimestamp();
        Http.EndIteration();
        _tags = IterationTags(scenario);
        Http.EmitData(ended);
        if (complete)
        {
            Emit(Test.Metrics.IterationDuration, _tags, RunClock.Milliseconds(started, ended), ended);
            Emit(Test.Metrics.Iterations, _tags, 1, ended);
        }
        Test.Counters.AddIteration(complete);
        FlushIfDue(ended);
        var least = Test.Options.MinIterationDuration;
        if (complete && least > TimeSpan.Zero && Stopwatch.GetElapsedTime(started) is var spent && spent < least)
        {
            Sleep(least - spent);
        }
        return complete;
    }

    /// <summary>Runs setup, teardown or handleSummary; the answer is what it returned.</summary>
    public JsValue RunFunction(string name, JsValue[] arguments)
    {
        _tags = WithSystemTag(WithTags(TagSet.Empty, Test.Options.Tags), "group", "::" + name);
        Group = "::" + name;
        try
        {
            return Settle(Engine.Invoke(_exports!.Get(name), JsValue.Undefined, [.. arguments]));
        }
        finally
        {
            Group = "";
            Http.EndIteration();
            Http.EmitData(Stopwatch.GetTimestamp());
            Flush();
        }
    }

    /// <summary>Goes into a group for the time of a call.</summary>
    public T InGroup<T>(string name, Func<T> call)
    {
        var (path, tags) = (Group, _tags);
        Group = $"{path}::{name}";
        _tags = WithSystemTag(tags, "group", Group);
        var started = Stopwatch.GetTimestamp();
        try
        {
            return call();
        }
        finally
        {
            var ended = Stopwatch.GetTimestamp();
            Emit(Test.Metrics.GroupDuration, _tags, RunClock.Milliseconds(started, ended), ended);
            Group = path;
            _tags = tags;
        }
    }

    /// <summary>Tags with a system tag, where the options ask for it.</summary>
    public TagSet WithSystemTag(TagSet tags, string name, string value) =>
        Test.Options.SystemTags.Contains(name) ? tags.With(name, value) : tags;

    /// <summary>Records a value at a stopwatch reading.</summary>
    public void Emit(Metric metric, TagSet tags, double value, long timestamp) =>
        _samples.Add(new Sample(metric, tags, value, RunClock.At(timestamp)));

    /// <summary>Hands samples over where they are many or old.</summary>
    public void FlushIfDue(long now)
    {
        if (_samples.Count >= MostHeldSamples || now - _lastFlush > LongestHeld)
        {
            Flush();
        }
    }

    /// <summary>Hands all samples over.</summary>
    public void Flush()
    {
        _lastFlush = Stopwatch.GetTimestamp();
        if (_samples.Count > 0)
        {
            Test.Collector.Add([.. _samples]);
            _samples.Clear();
        }
    }

    /// <summary>Blocks the VU's thread, as its user waits.</summary>
    /// <exception cref="OperationCanceledException">The iteration is cut off.</exception>
    public void Sleep(TimeSpan time)
    {
        Flush();
        if (
            time > TimeSpan.Zero
            && Interrupted.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds)))
        )
        {
            throw new InterruptedException();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Flush();
        Http.Dispose();
        Engine.Dispose();
        _interrupt.Dispose();
    }

    private TagSet IterationTags(ScenarioState scenario)
    {
        var tags = scenario.Tags;
        foreach (var (name, value) in _ownTags)
        {
            tags = value is null ? tags.Without(name) : tags.With(name, value);
        }
        if (Test.Options.SystemTags.Contains("vu"))
        {
            tags = tags.With("vu", GlobalId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        if (Test.Options.SystemTags.Contains("iter"))
        {
            tags = tags.With("iter", Iteration.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        return tags;
    }

    private static TagSet WithTags(TagSet tags, IReadOnlyDictionary<string, string> more) =>
        more.Aggregate(tags, (set, tag) => set.With(tag.Key, tag.Value));

    private bool Run(string function, string? setupData, ScenarioState scenario)
    {
        Http.BeginIteration();
        try
        {
            Settle(
                Engine.Invoke(_exports!.Get(function), JsValue.Undefined, [ScriptGlobals.SetupData(this, setupData)])
            );
            return true;
        }
        catch (TestAbortedException e)
        {
            Test.Abort(e.Message, ExitCodes.ScriptAborted);
            return true;
        }
        catch (Exception e) when (Interrupted.IsCancellationRequested)
        {
            _ = e;
            return false;
        }
        catch (OutOfMemoryException e)
        {
            // Whoever asks for memory next may be anybody: what is measured from here on is worth nothing.
            Test.Abort(ScriptErrors.OutOfMemory(e), ExitCodes.EngineFault);
            return true;
        }
        catch (Exception e) when (ScriptErrors.Describe(e) is { } description)
        {
            Test.Log.Error(
                description,
                ("executor", scenario.Options.Executor),
                ("hint", "script exception"),
                ("scenario", scenario.Options.Name),
                ("source", "stacktrace")
            );
            return true;
        }
        finally
        {
            Group = "";
            Loop.Clear();
            _rejections.Clear();
        }
    }

    /// <summary>Waits for what a function left behind: promises, timers, requests.</summary>
    private JsValue Settle(JsValue result)
    {
        // Also of a function that returns no promise: what it let follow on one belongs to its iteration, not to the next.
        Engine.Advanced.ProcessTasks();
        if (!result.IsPromise() && Loop.IsIdle && _rejections.Count == 0)
        {
            return result;
        }
        Loop.Run(Engine, () => false, Interrupted);
        if (_rejections.Count > 0)
        {
            throw new JavaScriptException(_rejections.First());
        }
        return result.IsPromise() ? result.UnwrapIfPromise(Interrupted) : result;
    }

    private sealed class InterruptConstraint(Vu vu) : Constraint
    {
        public override bool IsAmortizable => true;

        public override void Check()
        {
            if (vu._interrupt.IsCancellationRequested)
            {
                throw new InterruptedException();
            }
        }

        public override void Reset() { }
    }
}
