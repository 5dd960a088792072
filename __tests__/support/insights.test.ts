import { describe, expect, test } from "@jest/globals";
import { checkQuery, LAMBDA_FIELDS, LOG_FIELDS } from "./insights";

const FIELDS = [...LOG_FIELDS, ...LAMBDA_FIELDS, "level", "requestId", "order.id", "foo-bar", "Type"];

describe("a good query has no problems", () => {
  test.each([
    "fields @timestamp, @message",
    "fields @timestamp, @message\n# | filter level = 'x' or (\n| sort @timestamp desc\n| limit 20",
    "filter level = 'ERROR' and not (requestId like /a|b/ or requestId =~ 'c') | display @message",
    "filter @duration >= 2.5 * 1000 - 3 / 2 ^ 2 % 7 and @maxMemoryUsed / @memorySize > -1",
    "filter @message like /(?i)time(d)? out \\/ [|]/ | fields `foo-bar`, order.id",
    "filter Type not in ['foo', \"bar\", 1] and @message not like /x/ and level in ['a']",
    "filter strcontains(@message, 'x', true) and ispresent(order.id) and isempty(level) = 0",
    "fields coalesce(@requestId, requestId) as request, concat(request2, '-', level) as both",
    "stats count() as calls, pct(@duration, 99) as slow by bin(5m) | sort slow desc, calls",
    "stats count(*) by bin(5m) as time | sort time asc | limit 10",
    "stats count(*), sum(@duration) / count(*) as mean by level | filter level = 'a' | sort count(*) desc",
    "stats count( * ) by level | display `count(*)`, level",
    "STATS sum(@duration) AS s BY BIN(5m) AS @t | STATS max(s) AS m BY dateceil(@t, 10m) | SORT m DESC",
    "stats latest(@message), earliest(@message), sortsFirst(level), sortsLast(level), count_distinct(level)",
    "fields strlen(@message) as length | stats avg(length), stddev(length), min(length), max(length)",
    "filter toMillis(@timestamp) >= (now() * 1000 - 7200000)",
    "fields greatest(1, 2, @duration), substr(@message, 0, 10), replace(level, 'a', 'b'), trim(level)",
    "parse @message '[*] *' as kind, text | stats count() by kind",
    "parse @message /user=(?<user>\\S+), took (?<took>\\d+)/ | stats avg(took) by user",
    "fields jsonParse(@message) as json | filter json.users[1].`first.name` = 'x' | stats count() by json.code",
    "fields jsonParse(@message) as json | unnest json.events into event | display event.name",
    "sort @timestamp desc | dedup requestId, level | limit 5",
    "filter @type = 'REPORT' | pattern @message | sort @sampleCount desc",
    "pattern @message | diff previousWeek",
    "SOURCE '/aws/lambda/a' | SOURCE '/aws/lambda/b' | filterIndex requestId = 'x' | fields @message",
    "lookup users id as requestId output name, mail as address | display name, address",
    "stats count() by fromMillis(@duration) as x, datefloor(@timestamp, 1h)",
  ])("%s", (query) => {
    expect(checkQuery(query, [...FIELDS, "request2"])).toEqual([]);
  });
});

describe("a bad query has a problem", () => {
  test.each([
    ["", "a command is expected, not the end"],
    ["fields @message | | limit 1", "a command is expected, not |"],
    ["field @message", "field: unknown command"],
    ["constructor @message", "unknown command"],
    ["fields @mesage", "unknown field @mesage"],
    ["fields foo-bar", "unknown field foo"],
    ["fields abs(@duration) as a, a + 1 as b", "unknown field a"],
    ["filter order.name = 1", "unknown field order.name"],
    ["filter level == 'a'", "expected, not ="],
    ["filter level = 'a", "unclosed quote '"],
    ["filter `level = 1", "unclosed quote `"],
    ["filter level like /a", "unclosed regular expression"],
    ["filter level like /(a/", "not a regular expression"],
    ["filter level like level", "a text or a regular expression is expected"],
    ["filter (level = 'a'", ") is expected, not the end"],
    ["filter level = 'a')", "| is expected, not )"],
    ["filter level in ('a')", "[ is expected, not ("],
    ["filter level not 'a'", "like or in is expected"],
    ["filter level = ", "not the end"],
    ["filter level = 'a' & level = 'b'", "unexpected &"],
    ["filter count(*) > 1", "count aggregates, and is out of place"],
    ["filter size(@message) > 1", "unknown function size"],
    ["fields strlen() as a", "strlen cannot have 0 arguments"],
    ["stats pct(@duration) as a", "pct cannot have 1 arguments"],
    ["stats avg(@duration, 1)", "avg cannot have 2 arguments"],
    ["stats max(count())", "count aggregates, and is in another aggregation"],
    ["stats @duration by level", "@duration is not aggregated"],
    ["stats count() by sum(@duration)", "sum aggregates, and is out of place"],
    ["stats count() as a, sum(@duration) as a", "a is put out twice"],
    ["stats count() group by level", "| is expected, not group"],
    ["stats count() by bin(5)", "a period such as 5m is expected"],
    ["stats count() by bin(5x)", "no known unit of time"],
    ["stats count() by bin(300s)", "a larger unit is needed"],
    ["stats count() by level + 5m", "5m is a period"],
    ["stats count() by level | sort @timestamp desc", "sort: unknown field @timestamp"],
    ["stats count() as calls by level | display @message", "unknown field @message"],
    ["stats count() as calls | sort count() desc", "count aggregates"],
    ["stats count() as c by level | stats sum(c) by bin(5m)", "bin needs @timestamp"],
    ["stats count() as c | stats max(c) as c | stats max(c)", "at most 2 stats"],
    ["stats count() as c by level | sort c | stats max(c)", "sort has to come after the last stats"],
    ["limit 0", "a whole number"],
    ["limit 10001", "a whole number"],
    ["limit ten", "a whole number"],
    ["parse @message '[*] *' as kind", "has 2 asterisks, and 1 aliases"],
    ["parse @message '*'", "as is expected"],
    ["parse @message /a(.*)/", "no named group"],
    ["dedup level | fields @message", "only limit can come after dedup"],
    ["fields @message | SOURCE 'a'", "SOURCE comes before"],
    ["unnest @message as x", "into is expected"],
    ["fields 5m", "5m is a period"],
  ])("%s: %s", (query, problem) => {
    const problems = checkQuery(query, FIELDS);
    expect(problems.join("\n")).toContain(problem);
  });
});

test("every unknown field is told, with the command that names it", () => {
  expect(checkQuery("fields one | filter two = 1 | sort three", [])).toEqual([
    "fields: unknown field one",
    "filter: unknown field two",
    "sort: unknown field three",
  ]);
});
