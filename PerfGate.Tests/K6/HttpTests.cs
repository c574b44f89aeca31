namespace PerfGate.Tests.K6;

public sealed class HttpTests(EngineTarget target) : IClassFixture<EngineTarget>
{
    [Fact]
    public async Task A_response_has_what_scripts_read()
    {
        await AllHoldAsync(
            """
            const r = http.get(base + '/json');
            check(r, {
              status: (r) => r.status === 200 && r.status_text === '200 OK',
              proto: (r) => r.proto === 'HTTP/1.1',
              header: (r) => r.headers['Content-Type'].startsWith('application/json'),
              json: (r) => r.json().ok === true && r.json('items.1') === 2 && r.json('none') === undefined,
              body: (r) => typeof r.body === 'string' && r.body.includes('items'),
              timings: (r) => r.timings.duration > 0 && r.timings.waiting > 0 && r.timings.duration < 60000,
              error: (r) => r.error === '' && r.error_code === 0,
              remote: (r) => r.remote_ip === '127.0.0.1',
              request: (r) => r.request.method === 'GET',
            });
            """
        );
    }

    [Fact]
    public async Task Objects_are_sent_as_forms_and_texts_as_they_are()
    {
        await AllHoldAsync(
            """
            const form = http.post(base + '/echo', { b: 'x y', a: '1' }).json();
            check(form, { form: (f) => f.type === 'application/x-www-form-urlencoded' && f.body === 'a=1&b=x+y' });
            const json = http.post(base + '/echo', JSON.stringify({ a: 1 }), { headers: { 'content-type': 'application/json' } }).json();
            check(json, { json: (j) => j.type === 'application/json' && j.body === '{"a":1}' });
            """
        );
    }

    [Fact]
    public async Task Each_redirect_is_a_request_of_its_own()
    {
        var run = await AllHoldAsync(
            """
            check(http.get(base + '/redirect/2'), { followed: (r) => r.status === 200 && r.url === base + '/json' });
            check(http.get(base + '/redirect/2', { redirects: 0 }), { kept: (r) => r.status === 302 });
            """
        );

        Assert.Equal(5, run.Sum("http_reqs"));
        Assert.Equal(4, run.Count("http_reqs", "302"));
    }

    [Fact]
    public async Task Cookies_last_for_an_iteration_and_no_longer()
    {
        await AllHoldAsync(
            """
            check(http.get(base + '/cookie/get'), { 'none at first': (r) => r.body === 'none' });
            check(http.get(base + '/cookie/set'), { 'seen in the response': (r) => r.cookies.session[0].value === 'abc' });
            check(http.get(base + '/cookie/get'), { 'sent again': (r) => r.body === 'abc' });
            check(http.cookieJar().cookiesForURL(base + '/'), { 'in the jar': (c) => c.session[0] === 'abc' });
            """,
            iterations: 3
        );
    }

    [Fact]
    public async Task A_refused_connection_lasts_0_ms_and_has_the_code_of_k6()
    {
        var run = await AllHoldAsync(
            """
            check(http.get('http://127.0.0.1:1/'), { refused: (r) => r.status === 0 && r.error_code === 1212 && r.body === null && r.timings.duration === 0 });
            """
        );

        Assert.Equal(1, run.Sum("http_req_failed", "1212", "false"));
        Assert.Equal(0, run.Sum("http_req_duration"));
        Assert.Contains("connect: connection refused", run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_fails_with_the_code_of_k6()
    {
        var run = await AllHoldAsync(
            "check(http.get(base + '/slow/20000', { timeout: '300ms' }), { 'timed out': (r) => r.status === 0 && r.error_code === 1050 });"
        );

        Assert.True(run.Sum("http_req_duration") >= 200);
    }

    [Fact]
    public async Task Statuses_can_be_expected()
    {
        var run = await AllHoldAsync(
            """
            check(http.get(base + '/status/404'), { 404: (r) => r.status === 404 && r.error_code === 1404 });
            http.get(base + '/status/404', { responseCallback: http.expectedStatuses(404), tags: { name: 'expected' } });
            http.get(base + '/status/503', { responseCallback: http.expectedStatuses({ min: 500, max: 504 }), tags: { name: 'expected' } });
            """
        );

        Assert.Equal(1, run.Sum("http_req_failed"));
        Assert.Equal(0, run.Sum("http_req_failed", "expected"));
    }

    [Fact]
    public async Task A_batch_runs_its_requests_at_the_same_time()
    {
        var run = await AllHoldAsync(
            """
            const answers = http.batch([base + '/json', ['GET', base + '/status/201', null, { tags: { name: 'second' } }], { method: 'POST', url: base + '/echo', body: 'x' }]);
            check(answers, { statuses: (a) => a.map((r) => r.status).join() === '200,201,200' });
            const named = http.batch({ one: base + '/json' });
            check(named.one, { named: (r) => r.status === 200 });
            """
        );

        Assert.Equal(4, run.Sum("http_reqs"));
        Assert.Equal(1, run.Sum("http_reqs", "second"));
    }

    [Fact]
    public async Task Promises_are_awaited_before_the_iteration_ends()
    {
        await AllHoldAsync(
            """
            const [one, two] = await Promise.all([http.asyncRequest('GET', base + '/json'), http.asyncRequest('GET', base + '/status/201')]);
            check([one, two], { both: ([a, b]) => a.status === 200 && b.status === 201 });
            await new Promise((resolve) => setTimeout(resolve, 20));
            check(null, { 'after a timer': () => true });
            """
        );
    }

    [Fact]
    public async Task What_follows_on_a_promise_belongs_to_its_iteration_though_the_function_returns_none()
    {
        var run = await EngineRun.EmbeddedAsync(
            """
            import { check } from 'k6';
            export const options = { vus: 1, iterations: 3 };
            export default function () {
              const began = __ITER;
              Promise.resolve().then(() => check(null, { 'in its own iteration': () => __ITER === began }));
            }
            """
        );

        Assert.True(run.ExitCode == 0, run.Log);
        Assert.Equal((3, 3), (run.Count("checks"), run.Sum("checks")));
    }

    [Fact]
    public async Task The_url_tag_gives_the_name()
    {
        var run = await AllHoldAsync(
            "const id = 7; http.get(http.url`${base}/status/20${id}`); check(1, { ok: () => true });"
        );

        Assert.Equal(1, run.Count("http_reqs", "${}/status/20${}"));
    }

    [Theory]
    [InlineData("http.get(base + '/json').html()", "Response.html() is not supported")]
    [InlineData("http.get(base + '/json', { auth: 'digest' })", "auth 'digest' is not supported")]
    [InlineData("http.post(base + '/echo', 'x', { compression: 'gzip' })", "compression")]
    public async Task What_is_not_supported_throws_and_is_named(string call, string named)
    {
        var run = await RunAsync(call, 1);

        Assert.Contains(named, run.Log, StringComparison.Ordinal);
    }

    private async Task<EngineRun> AllHoldAsync(string body, int iterations = 1)
    {
        var run = await RunAsync(body, iterations);
        Assert.True(run.Count("checks") > 0, run.Log);
        Assert.True(run.Count("checks") == (int)run.Sum("checks"), run.Output + run.Log);
        Assert.DoesNotContain("source=stacktrace", run.Log, StringComparison.Ordinal);
        return run;
    }

    private Task<EngineRun> RunAsync(string body, int iterations) =>
        EngineRun.EmbeddedAsync(
            $$"""
            import http from 'k6/http';
            import { check } from 'k6';
            const base = __ENV.TARGET;
            export const options = { iterations: {{iterations}} };
            export default async function () { {{body}} }
            """,
            "-e",
            $"TARGET={target.Url}"
        );
}
