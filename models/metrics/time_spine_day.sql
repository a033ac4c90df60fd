-- one row a day, for metrics over time
select calendar_date as date_day
from {{ calendar_days(2010, 2040) }}
