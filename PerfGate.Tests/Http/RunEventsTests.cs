using System.Net;
using System.Text;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.K6Output;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Tests.Postgres;
using static PerfGate.Tests.K6Output.Captures;

namespace PerfGate.Tests.Http;

public sealed class RunEventsTests(RunsFixture runs) : IClassFixture<RunsFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_is_followed_from_the_line_to_its_end()
    {
        var production = StoredRuns.Request(TargetEnvironment.Production);
        var ahead = await runs.QueueAsync(production);
        var id = await runs.QueueAsync(production);
        using var events = await EventReader.OpenAsync(runs.Http, id);
        Assert.Equal("text/event-stream", events.Answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(2, await PlaceAsync());

        await runs.Store.RequestCancelAsync(ahead, Cancellation);
        Assert.Equal(1, await PlaceAsync());
        await new RunQueue(runs.Database, TimeProvider.System).TakeSlotAsync(id, 1000, Cancellation);
        var running = (await events.NextAsync())!;
        Assert.Equal(("state", "running"), (running.Name, running.Data.GetProperty("status").GetString()));

        await runs.WriteAsync(id, ArtifactNames.Series(0), Line(100));
        var progress = (await events.NextAsync())!;
        Assert.Equal(("progress", 1L), (progress.Name, progress.Data.GetProperty("requests").GetInt64()));
        await runs.WriteAsync(id, ArtifactNames.Series(0), Line(100) + Line(101));
        Assert.Equal(2, (await events.NextAsync())!.Data.GetProperty("requests").GetInt64());

        await runs.EndAsync(id);
        var rest = await events.RestAsync();
        Assert.Equal(["state", "end"], rest.Select(one => one.Name));
        Assert.Equal("completed", rest[0].Data.GetProperty("status").GetString());
        Assert.Equal("passed", rest[1].Data.GetProperty("verdict").GetString());
        Assert.Equal(0, rest[1].Data.GetProperty("exitCode").GetInt32());

        async Task<int> PlaceAsync()
        {
            var state = (await events.NextAsync())!;
            Assert.Equal("state", state.Name);
            return state.Data.GetProperty("queuePosition").GetInt32();
        }
    }

    [Fact]
    public async Task Whoever_comes_back_gets_the_present_state_and_after_the_end_nothing()
    {
        var id = await runs.StartAsync();
        await runs.WriteAsync(id, ArtifactNames.Series(0), Line(100));
        using (var first = await EventReader.OpenAsync(runs.Http, id))
        {
            Assert.Equal("running", (await first.NextAsync())!.Id);
            Assert.Equal("progress", (await first.NextAsync())!.Name);
        }

        using var second = await EventReader.OpenAsync(runs.Http, id, "running");
        Assert.Equal(("state", "running"), ((await second.NextAsync()) is { } s ? (s.Name, s.Id) : default));
        await runs.EndAsync(id);
        var end = (await second.RestAsync())[^1];
        Assert.Equal(("end", "end"), (end.Name, end.Id));

        using var third = await EventReader.OpenAsync(runs.Http, id, end.Id);
        Assert.Equal(HttpStatusCode.NoContent, third.Answer.StatusCode);
        using var stranger = await EventReader.OpenAsync(runs.Http, id);
        Assert.Equal(["state", "end"], (await stranger.RestAsync()).Select(one => one.Name));
    }

    [Fact]
    public async Task Fifty_who_follow_one_run_all_hear_its_end()
    {
        var id = await runs.StartAsync();
        var readers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => EventReader.OpenAsync(runs.Http, id)));
        await Task.WhenAll(readers.Select(reader => reader.NextAsync()));

        await runs.EndAsync(id);

        var rests = await Task.WhenAll(readers.Select(reader => reader.RestAsync()));
        Assert.All(rests, rest => Assert.Equal(["state", "end"], rest.Select(one => one.Name)));
        Array.ForEach(readers, reader => reader.Dispose());
    }

    [Fact]
    public async Task A_wish_to_cancel_is_told()
    {
        var id = await runs.StartAsync();
        using var events = await EventReader.OpenAsync(runs.Http, id);
        Assert.False((await events.NextAsync())!.Data.TryGetProperty("cancelling", out _));

        await runs.Store.RequestCancelAsync(id, Cancellation);

        Assert.True((await events.NextAsync())!.Data.GetProperty("cancelling").GetBoolean());
    }

    [Fact]
    public async Task Whoever_follows_a_run_that_is_deleted_is_let_go()
    {
        var id = await runs.StartAsync();
        using var events = await EventReader.OpenAsync(runs.Http, id);
        Assert.Equal("state", (await events.NextAsync())!.Name);

        await runs.SqlAsync($"DELETE FROM performance_test_runs WHERE id = '{id}'");
        await runs.SqlAsync($"SELECT pg_notify('perfgate_runs', '{id} running')");

        Assert.Empty(await events.RestAsync());
    }

    [Fact]
    public async Task Of_a_run_whose_artifacts_are_damaged_the_end_is_told_as_its_row_knows_it()
    {
        var id = await runs.StartAsync();
        using var events = await EventReader.OpenAsync(runs.Http, id);
        await events.NextAsync();
        await runs.WriteAsync(id, ArtifactNames.Gate, "{\"rules\": [");
        await runs.EndAsync(id);
        await runs.WriteAsync(id, ArtifactNames.Result, "{");

        var end = (await events.RestAsync())[^1];
        var (_, gate) = await runs.GetAsync($"runs/{id}/gate");
        var (_, run) = await runs.GetAsync($"runs/{id}");

        Assert.Equal(("end", "passed"), (end.Name, end.Data.GetProperty("verdict").GetString()));
        Assert.Equal(end.Data.GetRawText(), gate.GetRawText());
        Assert.Equal("all-held", gate.GetProperty("reasons")[0].GetProperty("code").GetString());
        Assert.Equal("passed", run.GetProperty("verdict").GetString());
        Assert.False(run.TryGetProperty("results", out _));
    }

    [Fact]
    public async Task An_unknown_run_has_no_events()
    {
        var (answer, body) = await runs.GetAsync($"runs/{Guid.NewGuid()}/events");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(404, body.GetProperty("status").GetInt32());
    }

    private static string Line(long second) =>
        Encoding.UTF8.GetString(
            SecondRecordJson.Write(
                Condense(Request("http_reqs", second, 1), Request("http_req_duration", second, 10))[0]
            )
        );
}
