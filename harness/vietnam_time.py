"""Vietnam's time zone, in which every time of the exchange is meant and shown."""

from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
