with calendar as (
    select calendar_date
    from {{ calendar_days(2010, 2027) }}
),

bank_holiday as (
    select bank_holiday_date
    from {{ ref('stg_reference__bank_holiday') }}
),

judged as (
    select
        calendar.calendar_date,
        -- 1 January 2018 was a Monday
        ({{ days_between("date '2018-01-01'", 'calendar.calendar_date') }} % 7 + 7) % 7 < 5
        and bank_holiday.bank_holiday_date is null as is_working_day
    from calendar
    left join bank_holiday on calendar.calendar_date = bank_holiday.bank_holiday_date
)

-- working days from the day of one number, not counted, to the day of another are their difference
select
    calendar_date,
    is_working_day,
    count(*) filter (where is_working_day) over (order by calendar_date) as working_day_number
from judged
