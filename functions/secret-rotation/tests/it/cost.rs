//! What a rotation of two logins takes, call by call and login by login: docs/secret-rotation.md has the figures.

use nightshift_testkit::Rotation;
use nightshift_testkit::database::{Cutter, DatabaseWorld, MysqlWorld};
use nightshift_testkit::rotation::STEPS;
use nightshift_testkit::scene::Scene;
use nightshift_testkit::{Answer, FunctionProcess};
use serde_json::Value;

use crate::world::{SECRET, any, others};
use crate::{accounts, alternating};

/// The calls but those that ask who it is, and the logins, of each step.
async fn of(
    rotation: &Rotation,
    function: &mut FunctionProcess,
    scene: &Scene,
    cutter: &Cutter,
) -> anyhow::Result<Vec<String>> {
    let mut all = Vec::new();
    for step in STEPS {
        scene.proxy.reset();
        cutter.reset();
        assert_eq!(rotation.step(function, step).await?, Answer::Report(Value::Null));
        let calls = scene.proxy.calls().into_iter().map(|call| call.action).filter(|call| !call.starts_with("sts:"));
        let calls: Vec<_> = calls.map(|call| call.rsplit(':').next().unwrap_or_default().to_owned()).collect();
        all.push(format!("{step}, {} logins: {}", cutter.connections(), calls.join(" ")));
    }
    Ok(all)
}

const CREATE: &str =
    "createSecret, 0 logins: DescribeSecret GetSecretValue GetSecretValue DescribeDBProxies PutSecretValue";
const FINISH: &str = "finishSecret, 0 logins: DescribeSecret GetSecretValue GetSecretValue UpdateSecretVersionStage UpdateSecretVersionStage";

#[tokio::test]
async fn a_rotation_of_two_logins_takes_eighteen_calls_and_three_logins() -> anyhow::Result<()> {
    let world: DatabaseWorld = alternating::paired(any().await?).await?;
    let cutter = Cutter::start(world.server.address())?;
    let mut function = world.start(crate::FUNCTION, &[("NIGHTSHIFT_DB_ADDRESS", &cutter.address.to_string())])?;
    for _ in 0..3 {
        let rotation = Rotation::begin(&world, SECRET).await?;
        let taken = of(&rotation, &mut function, &world.scene, &cutter).await?;
        // The last is of a master's secret that names its server by an identifier, and of no other. Whose the first is shows the
        // second, by acting as it.
        let set = "setSecret, 2 logins: DescribeSecret GetSecretValue GetSecretValue GetSecretValue DescribeDBClusters DescribeSecret";
        let test = "testSecret, 1 logins: DescribeSecret GetSecretValue";
        assert_eq!(taken, [CREATE, set, test, FINISH]);
    }
    Ok(())
}

#[tokio::test]
async fn a_rotation_of_two_accounts_takes_eighteen_calls_or_nineteen_and_five_logins() -> anyhow::Result<()> {
    for program in others() {
        let world: MysqlWorld = accounts::paired(&program).await?;
        let cutter = Cutter::start(world.server.address())?;
        let mut function = world.start(crate::FUNCTION, &[("NIGHTSHIFT_DB_ADDRESS", &cutter.address.to_string())])?;
        let mut all = Vec::new();
        for _ in 0..3 {
            let rotation = Rotation::begin(&world, SECRET).await?;
            all.push(of(&rotation, &mut function, &world.scene, &cutter).await?);
        }
        let [set, test] = [
            "DescribeSecret GetSecretValue GetSecretValue GetSecretValue",
            "testSecret, 2 logins: DescribeSecret GetSecretValue GetSecretValue",
        ];
        // The first finds no second account to try; the others read what was handed out before, which names the other of the two.
        let round = |logins: u8, more: &str| {
            [
                CREATE.to_owned(),
                format!("setSecret, {logins} logins: {set}{more} DescribeSecret"),
                test.to_owned(),
                FINISH.to_owned(),
            ]
        };
        let expected = [round(2, ""), round(3, " GetSecretValue"), round(3, " GetSecretValue")];
        assert_eq!(all, expected, "{}", program.flavour.engine());
    }
    Ok(())
}
