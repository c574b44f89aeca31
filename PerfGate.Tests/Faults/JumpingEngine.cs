using System.Globalization;

namespace PerfGate.Tests.Faults;

/// <summary>A load engine that makes no load: writes k6's samples for some seconds, and half-way its clock is set.</summary>
internal static class JumpingEngine
{
    /// <summary>Requests in its samples.</summary>
    public const long Requests = 120;

    private const string Program = """
        #!/usr/bin/env node
        const fs = require('fs');
        const args = process.argv.slice(2);
        if (args[0] === 'version') { console.log('k6 v2.2.0 (commit/0000000, go1.26, linux/amd64)'); process.exit(0); }
        if (args[0] === 'inspect') { console.log('{}'); process.exit(0); }
        const csv = fs.openSync(args[args.indexOf('--out') + 1].replace(/^csv=/, ''), 'w');
        fs.writeSync(csv, 'metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,scenario,status,extra_tags,metadata\n');
        let tick = 0;
        const timer = setInterval(() => {
          const now = Math.floor(Date.now() / 1000);
          // Around the change both clocks are seen: what was measured before it is written after it.
          const second = tick === 21 ? now : tick >= 20 ? now + JUMP : now;
          for (let i = 0; i < 3; i++) {
            const tags = ',,,,true,,GET,home,one,200,,';
            fs.writeSync(csv, `http_reqs,${second},1${tags}\nhttp_req_duration,${second},${5 + i}${tags}\nhttp_req_failed,${second},0${tags}\n`);
          }
          if (++tick === 40) { clearInterval(timer); fs.closeSync(csv); }
        }, 100);
        """;

    /// <summary>Writes it into a folder; its path.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="seconds">By how much the clock is set.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<string> WriteAsync(string folder, int seconds, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, "jumping-engine");
        await File.WriteAllTextAsync(
            path,
            Program.Replace("JUMP", seconds.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
            cancellation
        );
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        return path;
    }
}
