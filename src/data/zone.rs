//! Time zones by their names, and days in them.
//!
//! The rules of all zones are compiled in (the IANA database, by chrono-tz), so that a
//! container without zone files knows when midnight is in Seoul.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use crate::error::{Error, Result};

/// A time zone: `Asia/Seoul`, `Europe/Berlin`, `UTC`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    /// Time without summer, which needs no rules.
    pub const UTC: Zone = Zone(Tz::UTC);

    /// The zone of this name.
    ///
    /// # Errors
    /// If there is none; the hint has the name that is most like it.
    pub fn named(name: &str) -> Result<Self> {
        let wrong = || {
            Error::usage(format!("there is no time zone `{name}`")).hinted(format!(
                "names are those of the IANA database; did you mean `{}`?",
                most_like(name)
            ))
        };
        name.parse().map(Zone).map_err(|_| wrong())
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// chrono's zone, to do sums with.
    pub fn rules(self) -> Tz {
        self.0
    }

    /// The day that it is there at an instant (seconds since 1970, UTC).
    pub fn day_of(self, seconds: i64) -> Option<NaiveDate> {
        Some(self.at(seconds)?.date_naive())
    }

    /// What clocks show there at an instant (seconds since 1970, UTC).
    pub fn at(self, seconds: i64) -> Option<DateTime<Tz>> {
        Some(DateTime::<Utc>::from_timestamp(seconds, 0)?.with_timezone(&self.0))
    }

    /// The first instant of a day, in seconds since 1970: midnight, or the end of the gap
    /// where clocks were put forward at midnight.
    pub fn start_of(self, day: NaiveDate) -> i64 {
        self.instant(day.and_time(NaiveTime::MIN))
    }

    /// When clocks there show `local`: the earlier instant where they do twice, the first
    /// one after the gap where they never do.
    pub fn instant(self, local: NaiveDateTime) -> i64 {
        // Gaps end at a quarter of an hour, and none is longer than a day: that of the
        // Pacific islands which skipped one.
        let quarter =
            local - TimeDelta::seconds(i64::from(local.num_seconds_from_midnight() % 900));
        let later = (1..=24 * 4).map(|number| quarter + TimeDelta::minutes(15 * number));
        let tries = std::iter::once(local).chain(later);
        let found = tries.filter_map(|local| self.0.from_local_datetime(&local).earliest()).next();
        found.map_or(local.and_utc().timestamp(), |instant| instant.timestamp())
    }
}

fn most_like(name: &str) -> &'static str {
    let likeness = |zone: &&Tz| {
        let (zone, name) = (zone.name().to_lowercase(), name.to_lowercase());
        let city = zone.rsplit('/').next().unwrap_or_default();
        strsim::jaro_winkler(&zone, &name).max(strsim::jaro_winkler(city, &name))
    };
    let best = TZ_VARIANTS.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    best.map_or("UTC", |zone| zone.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_when_they_begin_there() {
        let seoul = Zone::named("Asia/Seoul").unwrap();
        let day = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        assert_eq!(
            seoul.start_of(day),
            day.and_time(NaiveTime::MIN).and_utc().timestamp() - 32_400
        );
        assert_eq!(seoul.day_of(seoul.start_of(day)), Some(day));
        assert_eq!(seoul.day_of(seoul.start_of(day) - 1), day.pred_opt());
    }

    #[test]
    fn clocks_that_are_put_forward_skip_times() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let day = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap();
        let local = |hour, minute| day.and_hms_opt(hour, minute, 0).unwrap();
        assert_eq!(berlin.instant(local(2, 37)), berlin.instant(local(3, 0)));
        // Cuba's clocks are put forward at midnight.
        let havana = Zone::named("America/Havana").unwrap();
        let day = NaiveDate::from_ymd_opt(2026, 3, 8).unwrap();
        assert_eq!(havana.at(havana.start_of(day)).unwrap().to_string(), "2026-03-08 01:00:00 CDT");
    }

    #[test]
    fn a_wrong_name_is_answered_by_the_nearest() {
        let hint = |name| Zone::named(name).unwrap_err().hint().unwrap_or_default().to_owned();
        assert!(hint("Asia/Soul").contains("`Asia/Seoul`"), "{}", hint("Asia/Soul"));
        assert!(hint("seoul").contains("`Asia/Seoul`"), "{}", hint("seoul"));
    }
}
