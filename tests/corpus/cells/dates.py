# Dates and times: formats, zones, resampling, calendars.

# %% mixed formats
import pandas as pd

raw = pd.Series(["2024-01-05", "05/02/2024", "March 3, 2024", "20240401", "not a date"])
parsed = pd.to_datetime(raw, format="mixed", errors="coerce", dayfirst=True)
print(parsed)
parsed.dt.day_name()

# %% resample by month [short]
import numpy as np
import pandas as pd

index = pd.date_range("2024-01-01", periods=120, freq="D")
s = pd.Series(np.sin(np.arange(120) / 10) * 10 + 50, index=index)
monthly = s.resample("ME").agg(["mean", "min", "max"]).round(3)
monthly

# %% time zones across a clock change
import pandas as pd

utc = pd.date_range("2024-03-31 00:00", periods=4, freq="h", tz="UTC")
berlin = utc.tz_convert("Europe/Berlin")
print(berlin)
print((berlin[2] - berlin[1]).total_seconds())
pd.Timestamp("2024-11-03 01:30", tz="America/New_York").utcoffset()

# %% zoneinfo and datetime
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

start = datetime(2024, 10, 27, 0, 30, tzinfo=ZoneInfo("Europe/Paris"))
for hours in range(0, 4):
    later = (start.astimezone(timezone.utc) + timedelta(hours=hours)).astimezone(ZoneInfo("Europe/Paris"))
    print(later.isoformat(), later.tzname())

# %% business days and holidays
import numpy as np
import pandas as pd

days = pd.bdate_range("2024-12-20", "2025-01-03")
print(len(days), days[0], days[-1])
print(np.busday_count("2024-01-01", "2024-12-31", holidays=["2024-12-25", "2024-12-26"]))
pd.offsets.BMonthEnd().rollforward(pd.Timestamp("2024-08-30")).date(), pd.Timestamp("2024-02-28") + pd.offsets.MonthBegin(2)

# %% durations
import pandas as pd

df = pd.DataFrame({"start": pd.to_datetime(["2024-01-01 08:15", "2024-01-01 22:50"]), "end": pd.to_datetime(["2024-01-01 17:00", "2024-01-02 06:05"])})
df["hours"] = (df["end"] - df["start"]).dt.total_seconds() / 3600
df["text"] = (df["end"] - df["start"]).astype(str)
df

# %% periods and quarters
import pandas as pd

q = pd.period_range("2023Q3", "2024Q4", freq="Q")
df = pd.DataFrame({"value": range(len(q))}, index=q)
df["start"] = df.index.start_time.date
df["end"] = df.index.end_time.date
df

# %% calendar and ISO weeks
import calendar
import pandas as pd

print(calendar.month(2024, 2))
print(calendar.isleap(1900), calendar.monthrange(2023, 2))
d = pd.Series(pd.to_datetime(["2020-12-31", "2021-01-01", "2021-01-04"]))
d.dt.isocalendar()

# %% unix times
import pandas as pd

s = pd.Series([0, 1_700_000_000, 1_709_210_096])
print(pd.to_datetime(s, unit="s"))
pd.to_datetime(s, unit="s", utc=True).dt.strftime("%Y-%m-%d %H:%M:%S %Z")

# %% fill gaps of a time series
import numpy as np
import pandas as pd

s = pd.Series([1.0, np.nan, np.nan, 4.0, np.nan], index=pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-04", "2024-01-08", "2024-01-09"]))
print(s.asfreq("D").interpolate("time").round(3))
pd.DataFrame({"linear": s.interpolate(), "time": s.interpolate("time"), "ffill": s.ffill(), "bfill": s.bfill()})

# %% ages from birthdays
import pandas as pd

today = pd.Timestamp("2024-02-29")
born = pd.to_datetime(pd.Series(["2000-02-29", "1999-03-01", "2023-12-31"]))
age = today.year - born.dt.year - ((born.dt.month * 100 + born.dt.day) > (today.month * 100 + today.day))
age.tolist()

# %% dateutil and strptime
from datetime import datetime
from dateutil.relativedelta import relativedelta
from dateutil import parser

print(parser.parse("Thu Sep 25 2003 10:36:28"), datetime.strptime("25Dec2023:13:45", "%d%b%Y:%H:%M"))
print(datetime(2024, 1, 31) + relativedelta(months=1))
relativedelta(datetime(2024, 5, 20), datetime(2021, 11, 2))
