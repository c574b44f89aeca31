using System.Net;
using System.Text.Json;

namespace PerfGate.Tests.Http;

/// <summary>What is added while somebody turns pages shifts nothing: each that was there is shown once.</summary>
public sealed class PagesUnderInsertTests(RunsFixture runs) : IClassFixture<RunsFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_tests()
    {
        var there = new List<Guid>();
        for (var n = 0; n < 30; n++)
        {
            there.Add(await DefineAsync());
        }

        var seen = await TurnAsync("tests?limit=4", "tests", test => test.GetProperty("id").GetGuid(), DefineAsync);

        Assert.Equal(there.AsEnumerable().Reverse(), seen.Where(there.Contains));
        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    [Fact]
    public async Task Of_the_changes_of_a_baseline()
    {
        var (established, baseline) = await runs.AskAsync(
            HttpMethod.Post,
            "baselines",
            new { testId = await runs.EndedAsync() }
        );
        Assert.Equal(HttpStatusCode.Created, established.StatusCode);
        var id = baseline.GetProperty("id").GetGuid();
        var next = await runs.EndedAsync();
        var there = new List<long>();
        for (var n = 0; n < 11; n++)
        {
            there.Add(await ChangeAsync());
        }

        var seen = await TurnAsync(
            $"baselines/{id}/history?limit=2",
            "changes",
            change => change.GetProperty("id").GetInt64(),
            ChangeAsync
        );

        Assert.Equal(there.AsEnumerable().Reverse(), seen.Where(there.Contains));
        Assert.Equal(seen.Count, seen.Distinct().Count());

        async Task<long> ChangeAsync()
        {
            var (changed, _) = await runs.AskAsync(
                HttpMethod.Post,
                $"baselines/{id}/update",
                new { testId = next, reason = "once more" }
            );
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
            next = await runs.EndedAsync();
            return (long)(await runs.SqlAsync("SELECT max(id) FROM performance_baseline_history"))!;
        }
    }

    // Others add without a pause, from the first page to the last, and at least once between two pages.
    private async Task<List<T>> TurnAsync<T>(string first, string what, Func<JsonElement, T> id, Func<Task<T>> addAsync)
    {
        var (seen, added, pages) = (new List<T>(), 0, 0);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var adding = AddAsync();
        string? after = null;
        do
        {
            var before = Volatile.Read(ref added);
            while (pages > 0 && Volatile.Read(ref added) == before)
            {
                await Task.Delay(5, Cancellation);
                Assert.False(adding.IsFaulted, $"{adding.Exception}");
            }
            var (_, page) = await runs.GetAsync(after is null ? first : $"{first}&after={after}");
            seen.AddRange(page.GetProperty(what).EnumerateArray().Select(id));
            after = page.GetProperty("next").GetString();
            pages++;
        } while (after is not null);
        await enough.CancelAsync();
        await adding;
        Assert.InRange(pages, 5, int.MaxValue);
        return seen;

        async Task AddAsync()
        {
            while (!enough.IsCancellationRequested)
            {
                await addAsync();
                Interlocked.Increment(ref added);
            }
        }
    }

    private async Task<Guid> DefineAsync()
    {
        var (created, test) = await runs.AskAsync(
            HttpMethod.Post,
            "tests",
            new
            {
                testType = "load",
                environment = "staging",
                configuration = new { baseUrl = "http://127.0.0.1:9", vus = 5 },
            }
        );
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        return test.GetProperty("id").GetGuid();
    }
}
