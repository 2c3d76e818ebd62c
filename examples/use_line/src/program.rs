// The program: imports parcels, and says what it does.

#[derive(Debug)]
struct Parcel {
    id: u64,
    grams: u32,
    to: &'static str,
}

#[derive(Debug)]
struct TooHeavy {
    grams: u32,
}

impl std::fmt::Display for TooHeavy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} grams are too heavy", self.grams)
    }
}

impl std::error::Error for TooHeavy {}

async fn run() {
    let parcels = [
        Parcel { id: 1, grams: 250, to: "Graz" },
        Parcel { id: 2, grams: 40_000, to: "Lima" },
        Parcel { id: 3, grams: 9_000, to: "Oslo" },
    ];
    info!(count = parcels.len(), "import begins");
    for parcel in &parcels {
        import(parcel).instrument(info_span!("parcel", id = parcel.id, to = %parcel.to)).await;
    }
    let _finishing = span!(Level::INFO, "finishing").entered();
    event!(Level::INFO, parcels = ?parcels.map(|parcel| parcel.id), "import ends");
}

async fn import(parcel: &Parcel) {
    debug!(?parcel, "not shown");
    match postage(parcel.grams) {
        Ok(cents) if cents > 500 => warn!(cents, grams = parcel.grams, "dear"),
        Ok(cents) => info!(target: "import", cents, "stamped with {cents} cents"),
        Err(error) => error!(%error, "refused"),
    }
    tokio::task::yield_now().await;
    info!("done");
}

#[instrument]
fn postage(grams: u32) -> Result<u64, TooHeavy> {
    if grams > 31_500 {
        return Err(TooHeavy { grams });
    }
    let cents = 100 + u64::from(grams) / 10;
    info!(cents, "weighed");
    Ok(cents)
}
