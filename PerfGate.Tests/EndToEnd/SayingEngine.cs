using System.Text.Json;
using PerfGate.Tests.Sensitive;

namespace PerfGate.Tests.EndToEnd;

/// <summary>
/// A load engine that makes no load and says every secret wherever k6 can say something: in its log, quoted and not, in exceptions
/// of the script, in each column of its samples that holds a text, and in names and texts of its summary.
/// </summary>
internal static class SayingEngine
{
    /// <summary>A mark that is no secret, in the same places: whoever searches finds it.</summary>
    public const string Mark = "plain-marker-5821";

    private const string Program = """
        #!/usr/bin/env node
        const fs = require('fs');
        const planted = JSON.parse(fs.readFileSync(__dirname + '/planted.json', 'utf8'));
        const args = process.argv.slice(2);
        if (args[0] === 'version') { console.log('k6 v2.2.0 (commit/0000000, go1.26, linux/amd64)'); process.exit(0); }
        if (args[0] === 'inspect') { console.log('{}'); process.exit(0); }
        const csv = args[args.indexOf('--out') + 1].replace(/^csv=/, '');
        const summary = args[args.indexOf('--summary-export') + 1];
        const cell = (text) => `"${text.replace(/"/g, '""')}"`;
        const columns = 'metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,scenario,service,status,subproto,tls_version,url,extra_tags,metadata';
        const rows = [columns];
        const row = (metric, value, fields) => rows.push(columns.split(',').map((column) =>
          column === 'metric_name' ? metric : column === 'timestamp' ? String(Math.floor(Date.now() / 1000))
          : column === 'metric_value' ? String(value) : fields[column] ?? '').join(','));
        const requests = (count, fields) => {
          for (let i = 0; i < count; i++) {
            row('http_reqs', 1, fields);
            row('http_req_duration', 5 + i % 3, fields);
            row('http_req_failed', fields.error ? 1 : 0, fields);
          }
        };
        requests(3000, { name: 'home', scenario: 'one', method: 'GET', status: '200', expected_response: 'true', group: '::g' });
        for (const text of planted) {
          const said = cell(text);
          requests(1, { name: said, scenario: said, method: said, status: '0', error: said, error_code: said, expected_response: 'false', group: cell('::' + text), url: said, extra_tags: said, metadata: said });
          row('checks', 0, { check: said, scenario: 'one' });
          console.error(`time="2026-11-24T02:00:00Z" level=warning msg="Request Failed" error=${JSON.stringify(text)}`);
          console.error(`time="2026-11-24T02:00:00Z" level=error msg=${JSON.stringify('Error: ' + text + '\n\tat file:///script.js:1:1')} source=stacktrace`);
          console.error(`time="2026-11-24T02:00:00Z" level=info msg=${JSON.stringify(JSON.stringify({ answer: text }))} source=console`);
          console.error(text);
        }
        fs.writeFileSync(csv, rows.join('\n') + '\n');
        const checks = {};
        for (const text of planted) checks[text] = { name: text, path: '::' + text, id: 'x', passes: 0, fails: 1 };
        const metrics = { http_reqs: { count: 3000, rate: 1000 }, http_req_duration: { avg: 6, min: 5, med: 6, max: 7, 'p(90)': 7, 'p(95)': 7 }, iterations: { count: 3000, rate: 1000 } };
        for (const text of planted) metrics[`http_req_duration{name:${text}}`] = { avg: 6, min: 5, med: 6, max: 7, 'p(90)': 7, 'p(95)': 7 };
        fs.writeFileSync(summary, JSON.stringify({ root_group: { name: '', path: '', groups: {}, checks }, metrics, setup_data: { planted } }));
        setTimeout(() => process.exit(0), 1500);
        """;

    /// <summary>Writes it into a folder; its path.</summary>
    public static async Task<string> WriteAsync(string folder, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, "saying-engine");
        await File.WriteAllTextAsync(path, Program, cancellation);
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("A script is no program there.");
        }
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var planted = PlantedSecret.All.Select(one => one.Text).Append($"it is {Mark}");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "planted.json"),
            JsonSerializer.Serialize(planted),
            cancellation
        );
        return path;
    }
}
