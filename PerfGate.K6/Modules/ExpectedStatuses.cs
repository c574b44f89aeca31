using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Modules;

/// <summary>http.expectedStatuses: numbers and ranges of statuses that are no failure.</summary>
internal static class ExpectedStatuses
{
    private const string Member = "__perfgate_statuses";

    /// <summary>What expectedStatuses() answers.</summary>
    public static JsObject Create(Engine engine, JsValue[] arguments)
    {
        if (arguments.Length == 0)
        {
            throw engine.Error("no arguments");
        }
        foreach (var argument in arguments)
        {
            if (
                !argument.IsNumber()
                && !(JintValues.Member(argument, "min").IsNumber() && JintValues.Member(argument, "max").IsNumber())
            )
            {
                throw engine.Error(
                    $"argument to expectedStatuses must be an integer or an object like {{min:100, max:329}}: {argument}"
                );
            }
        }
        var statuses = new JsObject(engine);
        statuses.Set(Member, new JsArray(engine, [.. arguments]));
        return statuses;
    }

    /// <summary>Reads what expectedStatuses() answered; null stands for null: http_req_failed is not measured.</summary>
    public static Func<int, bool>? Read(Engine engine, JsValue value)
    {
        if (value.IsNothing())
        {
            return null;
        }
        if (JintValues.Member(value, Member) is not JsArray list)
        {
            throw engine.Error("unsupported responseCallback; expected http.expectedStatuses(...) or null");
        }
        var ranges = list.Select(item =>
                item.IsNumber()
                    ? ((int)item.AsNumber(), (int)item.AsNumber())
                    : (
                        (int)TypeConverter.ToNumber(JintValues.Member(item, "min")),
                        (int)TypeConverter.ToNumber(JintValues.Member(item, "max"))
                    )
            )
            .ToArray();
        return status => Array.Exists(ranges, range => status >= range.Item1 && status <= range.Item2);
    }
}
