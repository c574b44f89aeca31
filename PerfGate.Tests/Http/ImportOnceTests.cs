using System.Net;
using System.Text;
using PerfGate.Tests.K6Output;

namespace PerfGate.Tests.Http;

/// <summary>An import that is sent again with its key is stored once.</summary>
public sealed class ImportOnceTests(ImportFixture gate) : IClassFixture<ImportFixture>
{
    private static readonly (string, byte[]) Request = ("request", Encoding.UTF8.GetBytes(ImportFixture.Lenient));
    private static readonly (string, byte[]) Output = ("output", Captures.Read("v2.2.0", "points.csv.gz"));

    [Fact]
    public async Task The_same_parts_with_the_same_key_are_answered_as_the_first_time()
    {
        var (first, stored) = await gate.ImportOnceAsync("build-1", Request, Output);
        var before = (await CountAsync(), gate.Artifacts().Count());

        var (again, replayed) = await gate.ImportOnceAsync("build-1", Request, Output);

        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(stored.ToString(), replayed.ToString());
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.False(first.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal("true", Assert.Single(again.Headers.GetValues("Idempotent-Replayed")));
        Assert.Equal(before, (await CountAsync(), gate.Artifacts().Count()));
        var (_, other) = await gate.ImportOnceAsync("build-2", Request, Output);
        Assert.NotEqual(TestId(stored), TestId(other));
    }

    [Fact]
    public async Task A_key_of_other_parts_is_refused_and_so_is_one_that_is_none()
    {
        await gate.ImportOnceAsync("build-3", Request, Output);
        var before = (await CountAsync(), gate.Artifacts().Count());

        foreach (
            var parts in new[]
            {
                new[] { Request, Output, ("exitCode", "99"u8.ToArray()) },
                [Output, Request],
                [Request, ("output", Captures.Read("v1.3.0", "points.csv.gz"))],
            }
        )
        {
            var (answer, problem) = await gate.ImportOnceAsync("build-3", parts);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            Assert.Equal("Idempotency-Key", problem.GetProperty("errors")[0].GetProperty("field").GetString());
        }
        var (unusable, _) = await gate.ImportOnceAsync("no key", Request, Output);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unusable.StatusCode);
        Assert.Equal(before, (await CountAsync(), gate.Artifacts().Count()));
    }

    [Fact]
    public async Task Many_at_once_with_one_key_make_one_run_and_leave_the_artifacts_of_one()
    {
        var before = (Runs: await CountAsync(), Folders: Folders());

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => gate.ImportOnceAsync("build-4", Request, Output))
        );

        Assert.All(answers, one => Assert.Equal(HttpStatusCode.Created, one.Answer.StatusCode));
        Assert.Single(answers.Select(one => TestId(one.Body)).Distinct());
        Assert.Equal(5, answers.Count(one => one.Answer.Headers.Contains("Idempotent-Replayed")));
        Assert.Equal((before.Runs + 1, before.Folders + 1), (await CountAsync(), Folders()));
    }

    private int Folders() =>
        gate.Artifacts().Select(artifact => Path.GetDirectoryName(artifact.Name)).Distinct().Count();

    private async Task<int> CountAsync() =>
        (await gate.GetAsync("runs?limit=200")).GetProperty("runs").GetArrayLength();

    private static string? TestId(System.Text.Json.JsonElement view) => view.GetProperty("testId").GetString();
}
