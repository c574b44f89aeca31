using System.Text.Json.Nodes;
using Jint;
using Jint.Native;
using Jint.Runtime.Modules;

namespace PerfGate.Tests.Scripts;

/// <summary>A generated script, evaluated: k6's modules record what is asked of them, and every request is answered alike.</summary>
internal sealed class EvaluatedScript
{
    private const string K6 = """
        export const seen = { requests: [], checks: [], groups: [], sleeps: [] };
        export function check(value, conditions) {
          for (const [name, holds] of Object.entries(conditions)) seen.checks.push([name, holds(value)]);
          return true;
        }
        export function group(name, body) { seen.groups.push(name); return body(); }
        export function sleep(seconds) { seen.sleeps.push(seconds); }
        """;

    private const string Http = """
        import { seen } from "k6";
        const http = {
          request(method, url, body, params) {
            const headers = Object.keys(params.headers).map((name) => [name, params.headers[name]]);
            seen.requests.push({ method, url, body, headers, name: params.tags.name });
            return { status: 200, body: globalThis.answer, timings: { duration: 1 } };
          },
          expectedStatuses(...statuses) { return statuses; },
        };
        export default http;
        """;

    private readonly Engine engine = new();
    private readonly JsValue script;

    public EvaluatedScript(string source, string answer = "{}")
    {
        engine.SetValue("answer", answer);
        engine.Execute("globalThis.__VU = 7; globalThis.__ITER = 3; globalThis.__ENV = {};");
        engine.Modules.Add("k6", K6);
        engine.Modules.Add("k6/http", Http);
        engine.Modules.Add("script", source);
        script = engine.Modules.Import("script");
    }

    public JsonNode Options => Json(script.Get("options"));

    /// <summary>What the exec function of a scenario did.</summary>
    public JsonNode Run(string scenario)
    {
        var exec = Options["scenarios"]![scenario]!["exec"]!.GetValue<string>();
        engine.Invoke(script.Get(exec));
        return Json(engine.Modules.Import("k6").Get("seen"));
    }

    public bool IsDefined(string global) => engine.Evaluate($"typeof {global} !== 'undefined'").AsBoolean();

    public string Summary(string data)
    {
        var argument = engine.Evaluate($"({data})");
        return Json(engine.Invoke(script.Get("handleSummary"), argument))["stdout"]!.GetValue<string>();
    }

    private JsonNode Json(JsValue value) =>
        JsonNode.Parse(engine.Invoke(engine.Evaluate("JSON.stringify"), value).AsString())!;
}
