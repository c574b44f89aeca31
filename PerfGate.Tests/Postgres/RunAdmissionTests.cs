using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Schedules;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

public sealed class RunAdmissionTests(PostgresFixture postgres)
{
    private static readonly CancellationToken Never = CancellationToken.None;

    private static readonly AdmissionRules Few = new()
    {
        Caller = new StartRate(3, 60),
        Staging = new EnvironmentRules { Starts = new StartRate(5, 60), VuMinutesPerDay = 100 },
    };

    [Fact]
    public async Task A_caller_may_start_so_many_at_once_and_then_one_at_a_time()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        for (var i = 0; i < 3; i++)
        {
            Assert.IsType<IntakeAnswer.Stored>(await AskAsync(runs, Few));
        }

        var refused = Assert.IsType<IntakeAnswer.TooMuch>(await AskAsync(runs, Few));

        Assert.Equal(60, refused.Wait.TotalSeconds, precision: 3);
        Assert.Equal("Starts are limited: you may start 3 runs at once and 60 an hour.", refused.Sentence);
        runs.Time.Advance(refused.Wait);
        Assert.IsType<IntakeAnswer.Stored>(await AskAsync(runs, Few));
    }

    [Fact]
    public async Task All_callers_together_may_start_no_more_than_their_environment_bears()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        for (var i = 0; i < 5; i++)
        {
            Assert.IsType<IntakeAnswer.Stored>(await AskAsync(runs, Few, by: $"caller {i}"));
        }

        var refused = Assert.IsType<IntakeAnswer.TooMuch>(await AskAsync(runs, Few, by: "another"));

        Assert.Contains("all callers on staging", refused.Sentence, StringComparison.Ordinal);
        // Who was refused for the others has spent nothing, and another environment is not theirs.
        var production = StoredRuns.Request(TargetEnvironment.Production);
        for (var i = 0; i < 3; i++)
        {
            Assert.IsType<IntakeAnswer.Stored>(await AskAsync(runs, Few, production, by: "another"));
        }
    }

    [Fact]
    public async Task Of_fifty_that_ask_at_once_exactly_the_admitted_ones_are_stored()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var rules = new AdmissionRules { Caller = new StartRate(7, 1) };

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => AskAsync(runs, rules))));

        Assert.Equal(7, answers.Count(answer => answer is IntakeAnswer.Stored));
        Assert.Equal(43, answers.Count(answer => answer is IntakeAnswer.TooMuch));
        Assert.Equal(["7"], await runs.RowAsync("SELECT count(*) FROM performance_test_runs"));
    }

    [Fact]
    public async Task A_day_holds_so_many_VU_minutes_and_what_never_ran_costs_nothing()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        Assert.IsType<IntakeAnswer.Stored>(await AskAsync(runs, Few, vuMinutes: 60));
        runs.Time.Advance(TimeSpan.FromHours(1));

        var refused = Assert.IsType<IntakeAnswer.TooMuch>(await AskAsync(runs, Few, vuMinutes: 50));
        Assert.Equal(TimeSpan.FromHours(23), refused.Wait);
        Assert.Contains("may plan 100 VU-minutes", refused.Sentence, StringComparison.Ordinal);
        var id = Guid.NewGuid();
        Assert.IsType<IntakeAnswer.Stored>(await AskAsync(runs, Few, vuMinutes: 40, id: id));
        Assert.IsType<IntakeAnswer.TooMuch>(await AskAsync(runs, Few, vuMinutes: 1));

        // Withdrawn while it waited.
        await runs.Store.RequestCancelAsync(id, Never);
        runs.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.IsType<IntakeAnswer.Stored>(await AskAsync(runs, Few, vuMinutes: 40));
        // A day later the first one no longer counts.
        runs.Time.Advance(TimeSpan.FromHours(23));
        Assert.IsType<IntakeAnswer.Stored>(await AskAsync(runs, Few, vuMinutes: 60));
    }

    [Fact]
    public async Task A_run_that_no_day_can_hold_is_a_problem_of_its_configuration()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);

        var refused = Assert.IsType<IntakeAnswer.BeyondBudget>(await AskAsync(runs, Few, vuMinutes: 101));

        Assert.Equal("configuration", refused.Problem.Field);
        Assert.Contains("plans 101 VU-minutes", refused.Problem.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outside_the_change_window_nothing_starts_and_it_says_when_it_opens()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        // The clock stands on a Saturday at nine.
        var rules = Few with
        {
            Staging = new EnvironmentRules { Window = ChangeWindow.Read("0 22 * * 1-5 for 6h") },
        };

        var refused = Assert.IsType<IntakeAnswer.OutsideWindow>(await AskAsync(runs, rules));

        Assert.Contains("it opens at 2026-03-16 22:00 UTC", refused.Sentence, StringComparison.Ordinal);
        runs.Time.SetUtcNow(new DateTimeOffset(2026, 3, 16, 22, 0, 0, TimeSpan.Zero));
        Assert.IsType<IntakeAnswer.Stored>(await AskAsync(runs, rules));
    }

    [Fact]
    public async Task A_schedule_is_held_back_by_the_day_and_not_by_the_rate()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var request = StoredRuns.Request();
        var perDay = NewRun.Of(request, null, Limits.Default, runs.Time.GetUtcNow()).VuMinutes * 2.5;
        var due = new DueTests(
            runs.Database,
            new() { PostgresConnectionString = "", ArtifactFolder = "" },
            new RunAdmission(
                new AdmissionRules
                {
                    Caller = new StartRate(1, 0.1),
                    Staging = new EnvironmentRules { Starts = new StartRate(1, 0.1), VuMinutesPerDay = perDay },
                }
            ),
            Limits.Default,
            runs.Time
        );
        for (var i = 0; i < 3; i++)
        {
            await runs.Tests.InsertAsync(
                Guid.NewGuid(),
                new TestDefinition($"test {i}", request, new Schedule { Cron = "0 12 * * *" }),
                "somebody",
                Never
            );
        }
        runs.Time.Advance(TimeSpan.FromHours(3));

        var outcomes = new List<DueTest>();
        while (await due.TakeAsync(nightly: false, Never) is { } taken)
        {
            outcomes.Add(taken);
        }

        // Two fit, the third does not.
        Assert.Equal(2, outcomes.Count(outcome => outcome.RunId is not null));
        Assert.StartsWith(
            "Nothing was started. The runs of 24 hours on staging may plan",
            Assert.Single(outcomes, outcome => outcome.RunId is null).Outcome
        );
    }

    private static Task<IntakeAnswer> AskAsync(
        StoredRuns runs,
        AdmissionRules rules,
        RunRequest? request = null,
        string by = "somebody",
        double vuMinutes = 1,
        Guid? id = null
    )
    {
        var now = runs.Time.GetUtcNow();
        var run = NewRun.Of(request ?? StoredRuns.Request(), by, Limits.Default, now) with
        {
            Id = id ?? Guid.NewGuid(),
            VuMinutes = vuMinutes,
        };
        return new RunIntake(runs.Database, new RunAdmission(rules), runs.Time).StoreAsync(run, null, Never);
    }
}
